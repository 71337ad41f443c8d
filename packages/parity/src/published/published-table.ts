/** A row of a table printed by Keras's `summary`. */
export interface PublishedRow {
  readonly name: string;
  /** The Keras layer's class. */
  readonly type: string;
  /** Of the layer's output, without the batch. */
  readonly shape: readonly number[];
  readonly parameters: number;
  readonly connectedTo: readonly string[];
}

/** The Keras summary of ResNetPreAct in the pre-activation document: name, type, output shape, parameters, connected to. */
export const preActivationTable: readonly PublishedRow[] = `
  input_3  InputLayer          32×32×3        0
  conv0    Conv2D              16×16×128   3456  input_3
  bn0      BatchNormalization  16×16×128    512  conv0
  relu0    Activation          16×16×128      0  bn0
  conv1a   Conv2D              16×16×32    4096  relu0
  bn1b     BatchNormalization  16×16×32     128  conv1a
  relu1b   Activation          16×16×32       0  bn1b
  conv1b   Conv2D              16×16×32    9216  relu1b
  bn1c     BatchNormalization  16×16×32     128  conv1b
  relu1c   Activation          16×16×32       0  bn1c
  conv1c   Conv2D              16×16×128   4224  relu1c
  merge1   Add                 16×16×128      0  conv1c relu0
  bn2a     BatchNormalization  16×16×128    512  merge1
  relu2a   Activation          16×16×128      0  bn2a
  conv2a   Conv2D              16×16×32    4096  relu2a
  bn2b     BatchNormalization  16×16×32     128  conv2a
  relu2b   Activation          16×16×32       0  bn2b
  conv2b   Conv2D              16×16×32    9216  relu2b
  bn2c     BatchNormalization  16×16×32     128  conv2b
  relu2c   Activation          16×16×32       0  bn2c
  conv2c   Conv2D              16×16×128   4224  relu2c
  merge2   Add                 16×16×128      0  conv2c merge1
  bn3a     BatchNormalization  16×16×128    512  merge2
  relu3a   Activation          16×16×128      0  bn3a
  conv3a   Conv2D              16×16×32    4096  relu3a
  bn3b     BatchNormalization  16×16×32     128  conv3a
  relu3b   Activation          16×16×32       0  bn3b
  conv3b   Conv2D              16×16×32    9216  relu3b
  bn3c     BatchNormalization  16×16×32     128  conv3b
  relu3c   Activation          16×16×32       0  bn3c
  conv3c   Conv2D              16×16×128   4224  relu3c
  merge3   Add                 16×16×128      0  conv3c merge2
  bn4a     BatchNormalization  16×16×128    512  merge3
  relu4a   Activation          16×16×128      0  bn4a
  conv4a   Conv2D              16×16×32    4096  relu4a
  bn4b     BatchNormalization  16×16×32     128  conv4a
  relu4b   Activation          16×16×32       0  bn4b
  conv4b   Conv2D              16×16×32    9216  relu4b
  bn4c     BatchNormalization  16×16×32     128  conv4b
  relu4c   Activation          16×16×32       0  bn4c
  conv4c   Conv2D              16×16×128   4224  relu4c
  merge4   Add                 16×16×128      0  conv4c merge3
  bn5a     BatchNormalization  16×16×128    512  merge4
  relu5a   Activation          16×16×128      0  bn5a
  conv5a   Conv2D              16×16×32    4096  relu5a
  bn5b     BatchNormalization  16×16×32     128  conv5a
  relu5b   Activation          16×16×32       0  bn5b
  conv5b   Conv2D              16×16×32    9216  relu5b
  bn5c     BatchNormalization  16×16×32     128  conv5b
  relu5c   Activation          16×16×32       0  bn5c
  conv5c   Conv2D              16×16×128   4224  relu5c
  merge5   Add                 16×16×128      0  conv5c merge4
  bnF      BatchNormalization  16×16×128    512  merge5
  reluF    Activation          16×16×128      0  bnF
  avg_pool AveragePooling2D    1×1×128        0  reluF
  flat     Flatten             128            0  avg_pool
  fc10     Dense               5            645  flat
`
  .trim()
  .split('\n')
  .map((line) => {
    const [name = '', type = '', shape = '', parameters = '', ...connectedTo] = line.trim().split(/ +/);
    return { name, type, shape: shape.split('×').map(Number), parameters: Number(parameters), connectedTo };
  });
