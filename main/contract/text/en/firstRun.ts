/** First run in three steps, and the vault that does not open. */
export const firstRun = {
  steps: 'Steps',
  step: ['Vault folder', 'Recovery key', 'Two words back'] as const,

  where: 'Where shall the vault be?',
  whereLead:
    'Everything Nightjar keeps lies in one folder, sealed with a key that only you have. Choose a disk that stays connected.',
  disk: 'Disk',
  thisComputer: 'This computer',
  looking: 'Looking for disks',
  noPlaces: 'No disk was found that can be written to. Choose a folder.',
  free: (size: string): string => `${size} free`,
  lasts: (time: string): string => `${time}*`,
  lastsNote: '* with four cameras of 4 Mbit/s each',
  notPrivate: 'cannot keep files private to you',
  holdsVault: 'holds a vault already',
  anotherFolder: 'Another folder…',
  make: 'Make the vault here',
  makeAnyway: 'Make it here all the same',
  making: 'Making the vault',
  open: 'Open this vault',
  opening: 'Opening the vault',

  noKeychain: 'A passphrase for the vault',
  noKeychainLead: {
    keychainMissing:
      'This system has no keychain that would keep the vault’s key. A passphrase can open the vault instead.',
    keychainLocked:
      'This computer’s keychain is locked or does not answer. Unlock it and try again, or let a passphrase open the vault instead.',
  },
  noKeychainFacts: [
    'Nightjar asks for it at each start. Nothing is recorded before it is given, also after a power cut at night.',
    'The cameras’ passwords lie sealed in the vault.',
    'Whoever has the folder can try passphrases for as long as they like. Take four or five words that nobody would put together.',
  ],
  withKeychain: 'Try the keychain again',
  withPassphrase: 'Make the vault with it',

  writeDown: 'Write these twelve words down',
  writeDownLead:
    'They open the vault when this computer is gone. Nobody else has them, and nobody can send them to you again.',
  recoveryKey: 'Recovery key',
  paperIsBest: 'Paper is best. The words are shown only now.',
  print: 'Print',
  printed: (date: string): string => `Recovery key of the Nightjar vault made on ${date}`,
  written: 'I have written them down',

  which: 'Which words were these?',
  whichLead: 'Two of the twelve, to be sure that what you wrote down opens the vault.',
  right: 'right',
  word: (number: number): string => `Word ${number}`,
  proofNote: 'Nightjar then seals a test file, forgets its key, and opens the file with your words.',
  again: 'Show the words again',
  prove: 'Prove it',
  proving: 'Proving',

  closed: 'The vault does not open',
  closedLead: (folder: string): string => `Its folder is ${folder}.`,
  recordingStops: 'Nothing is recorded until it opens.',
  recordingGoesOn: (cameras: number, of: number): string =>
    cameras === of ? 'Recording goes on.' : `Recording goes on for ${cameras} of ${of} cameras.`,
  enterWords: 'Enter the recovery words',
  anotherVault: 'Choose another folder…',
  noVaultThere: (folder: string): string => `There is no vault in ${folder}.`,
  noVaultThereRemedy: 'Choose the folder that holds the file vault.json.',
  forget: 'Use another vault',
  wordsTitle: 'The twelve words',
  wordsLead: 'They open this vault and put its key into this computer’s keychain. Paste them, or type them one by one.',
  openWithWords: 'Open the vault',
  cannotAsk: 'Nightjar could not ask its other half. Start it again.',
};
