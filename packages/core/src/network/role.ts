/** What a parameter does in its operation: kernel and bias of a convolution or dense layer, the rest of a normalization. */
export type Role = 'kernel' | 'bias' | 'scale' | 'offset' | 'mean' | 'variance';
