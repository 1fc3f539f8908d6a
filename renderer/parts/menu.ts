/** What a menu offers, in order. A line parts groups; a heading names the group that follows. */
export type MenuEntry =
  | 'line'
  | { heading: string }
  | {
      label: string;
      /** The key that does the same without the menu. */
      key?: string;
      /** Set for a choice: whether it is the one that holds. `choice`: one of several, else a switch. */
      checked?: boolean;
      choice?: boolean;
      disabled?: boolean;
      run: () => void;
    };

/** Where a menu opens: its corner in the window's pixels. */
export interface MenuPoint {
  x: number;
  y: number;
}
