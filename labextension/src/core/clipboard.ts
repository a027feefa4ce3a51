/** Text on its way to the clipboard. */

/** Whether it arrived. The clipboard is closed to pages from other machines; a selected field still copies there. */
export async function copy(text: string, button: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement('textarea');
    field.className = 'srk-clipboard';
    field.setAttribute('aria-hidden', 'true');
    field.value = text;
    button.after(field);
    field.select();
    const done = document.execCommand('copy');
    field.remove();
    button.focus();
    return done;
  }
}
