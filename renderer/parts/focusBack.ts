/**
 * For what takes the focus while it is open: remembers what had it. The function that is returned closes it by `close` and
 * gives the focus back, unless what it led to has it by now. It may be out of the page already, where closing alone gives
 * nothing back.
 */
export function focusBack(opened: HTMLElement): (close?: () => void) => void {
  const before = document.activeElement;
  return (close) => {
    const lost = document.activeElement === document.body || opened.contains(document.activeElement);
    close?.();
    if (lost && before instanceof HTMLElement) before.focus();
  };
}
