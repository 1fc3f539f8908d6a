/** The words of what the system itself shows for the app: its dialogs. */
export const desktop = {
  chooseVaultFolder: 'Choose a folder for the vault',
  saveClip: 'Save the clip as',
};
