// Picture files, opened only when they are no larger than they may be: a small file can be a very large picture.

const MAX_POINTS = 50_000_000;
const KINDS = ['image/png', 'image/jpeg', 'image/webp', 'image/gif', 'image/bmp'];
export const ACCEPTED = KINDS.join(',');

/** Throws where it is no picture, or too large a one. Who gets it closes it. */
export async function openPicture(file: Blob): Promise<ImageBitmap> {
  if (!KINDS.includes(file.type)) throw new Error('no picture');
  const url = URL.createObjectURL(file);
  try {
    // Its head is read, which has the size; the points are not there before somebody asks for them.
    const head = new Image();
    await new Promise((resolve, reject) => {
      head.onload = resolve;
      head.onerror = reject;
      head.src = url;
    });
    if (head.naturalWidth * head.naturalHeight > MAX_POINTS) throw new Error('too large');
    return await createImageBitmap(file);
  } finally {
    URL.revokeObjectURL(url);
  }
}
