// Rates a passphrase for Python, by the boot page's own measure.
export const port = {
  // Resolves to 0 (guessed at once) to 4 (strong).
  score: async (text) => (await import("../web/strength.js")).score(text),
};
