/** The words of the vault's keys in Settings: a recovery key made anew, and who else can open the vault. */
export const keys = {
  recovery: 'Recovery key',
  recoveryLead:
    'Twelve words that open the vault without this computer. They were shown once. Who has lost them, or fears that somebody has read them, makes new ones here.',
  renew: 'Make a new recovery key…',
  renewTitle: 'A new recovery key',
  renewStep: {
    passphrase: 'The passphrase first: whoever has the new words can open everything.',
    words: 'Write these twelve words down',
    proof: 'Two of the twelve, to be sure that they open the vault.',
  },
  renewLead: 'The words you have now open the vault until you have given two of the new ones back.',
  renewed: 'The new recovery key opens the vault.',
  renewedLead:
    'The old words open this vault no more. Whoever has an older copy of its folder and the old words can still open that copy.',
  renewedDone: 'The recovery key was made anew.',

  others: 'Others who can open it',
  othersLead:
    'Whoever has one of these keys can open everything that is recorded from then on, and the names and settings, with the program age. Not what was recorded before.',
  othersNone: 'Nobody but you.',
  list: 'Keys of others',
  since: (date: string): string => `since ${date}`,
  foreign: 'Added by nobody in Nightjar',
  foreignNote: 'It stands in vault.json. Nothing is sealed to it.',
  takeOut: 'Take it out…',
  remove: 'Remove…',
  /** For readers: which of several buttons. */
  removeNamed: (name: string): string => `Remove the key of ${name}`,

  add: 'Add a key…',
  addTitle: 'Somebody else’s key',
  addName: 'Whose key it is',
  addNameHint: 'Partner, or safe',
  addKey: 'Public key',
  addKeyHint: 'age1…',
  addLead: 'A partner, or yourself with a key kept in a safe. Such a pair of keys is made with age-keygen.',
  addMeans:
    'Whoever has the secret key that goes with it can open everything from now on, and all names, addresses and settings. What was recorded before stays closed to them.',
  addButton: 'Let this key open the vault',

  removeTitle: (name: string): string => `Remove the key of ${name}?`,
  removeMeans:
    'What is recorded from now on stays closed to this key. What was recorded while it was on the list can still be opened with it.',
  removeButton: 'Remove the key',
  takeOutTitle: 'Take this key out of vault.json?',
  takeOutMeans:
    'Nothing was sealed to it by Nightjar. Whoever put it there can write to the vault’s folder, and could put it there again.',
  takeOutButton: 'Take it out',
};
