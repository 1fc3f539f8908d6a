/** The words of the view Cameras. */
export const cameras = {
  title: 'Cameras',
};
