/**
 * The ways a photo is shown to the network. Serving and evaluation see `whole`; training may see others beside.
 * Measured on TrashNet (linear head, five splits): flip +0.5 points, random crops another 0.1, a centre crop -0.3;
 * a second view when serving: nothing. So there is one beside the photo itself.
 */
export const views = ['whole', 'flip'] as const
export type View = (typeof views)[number]
