/** The words of the view Archive. */
export const archive = {
  title: 'Archive',
};
