/** The words of the view Exports. */
export const exports = {
  title: 'Exports',
};
