/**
 * Takes everything off the page, so that nothing of the plant or of people is left to be read: not while the server is away,
 * and not behind the browser's way back, which shows a left page as it was.
 *
 * @returns where to say why
 */
export function blankPage(): (text: string) => void {
  const note = document.createElement("p");
  note.setAttribute("role", "status");
  Object.assign(note.style, { padding: "24px", maxWidth: "60ch", font: "16px system-ui, sans-serif" });
  document.body.replaceChildren(note);
  document.title = "AntBox Flow";
  return (text) => {
    note.textContent = text;
  };
}
