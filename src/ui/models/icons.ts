/** Outlines in a 24 x 24 box. */
export const CLOSE = "M6 6l12 12M18 6 6 18";
export const FOLDER = "M3 7a2 2 0 0 1 2-2h4l2 2h8a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2z";
export const DOWN = "M12 4v11m-4.5-4.5L12 15l4.5-4.5M5 20h14";
export const LAYERS = "m12 3 9 5-9 5-9-5zM3 12.5l9 5 9-5M3 16.5l9 5 9-5";
export const NEXT = "m9 5 7 7-7 7";
export const TICK = "m5 12.5 4.5 4.5L19 7.5";
export const WARNING = "M12 4 2.5 20h19zM12 10v4.5M12 17.2v.3";
