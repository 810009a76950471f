// A file for the person. An anchor that was made here and is never shown is the one means that every browser has, and
// this is the one place that makes one: it leads to bytes of this page and nowhere else.

/** The browser fetches them at its leisure. */
const KEPT_MS = 60_000;

export function save(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const anchor = document.createElement('a');
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
}
