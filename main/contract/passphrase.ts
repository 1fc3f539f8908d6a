/**
 * Fewest characters of a new passphrase. A passphrase vault's is all that keeps the folder closed, and whoever takes the
 * folder can try as long as they like; the app lock's stands behind the computer's own login. A sealed export's
 * goes with the file, to whoever gets it.
 */
export const leastCharacters = { lock: 8, vault: 12, seal: 12 };
