// What is put into a field for a person, so that Ctrl+Z takes it out again.

export function insert(
  field: HTMLTextAreaElement,
  text: string,
  from = field.selectionStart,
  to = field.selectionEnd,
): void {
  field.focus();
  field.setSelectionRange(from, to);
  // The only way that browsers can undo.
  if (document.execCommand('insertText', false, text)) return;
  field.setRangeText(text, from, to, 'end');
  field.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'insertText', data: text }));
}

/** The selection between two marks, and still selected. */
export function wrap(field: HTMLTextAreaElement, mark: string): void {
  const { selectionStart: from, selectionEnd: to, value } = field;
  insert(field, `${mark}${value.slice(from, to)}${mark}`);
  field.setSelectionRange(from + mark.length, to + mark.length);
}

/** The name of an emoji that is being written, `:smi`, and where it begins. */
export function nameBefore(value: string, caret: number): { from: number; name: string } | null {
  const name = /(?:^|[\s\p{P}\p{Emoji_Presentation}\uFE0F]):([\p{L}\p{N}_+-]{2,24})$/u.exec(value.slice(0, caret))?.[1];
  return name === undefined ? null : { from: caret - name.length - 1, name };
}
