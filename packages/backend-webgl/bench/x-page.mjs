import '@tensorflow/tfjs-backend-webgl';
import * as tf from '@tensorflow/tfjs-core';
export async function measure() {
  await tf.setBackend('webgl');
  await tf.ready();
  const backend = tf.backend();
  const { gl } = backend.gpgpu;
  const pixel = new Float32Array(4);
  const sync = () => {
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.FLOAT, pixel);
  };
  const P = 4096,
    K = 288,
    N = 32;
  const a = tf.randomNormal([1, P, K]),
    b = tf.randomNormal([1, K, N]);
  const pa = backend.packTensor(a),
    pb = backend.packTensor(b);
  const shapeOf = (t) => backend.texData.get(t.dataId).texShape;
  const out = {};
  const time = (name, f) => {
    let best = 1e9;
    let r;
    for (let i = 0; i < 6; i++) {
      const t = performance.now();
      r = f();
      sync();
      best = Math.min(best, performance.now() - t);
      backend.disposeIntermediateTensorInfo(r);
    }
    out[name] = best;
  };
  time('stock', () => {
    const r = tf.matMul(a, b);
    return r;
  });
  const [ah, aw] = shapeOf(pa),
    [bh, bw] = shapeOf(pb);
  out.shapes = [ah, aw, bh, bw];
  const AW = Math.ceil(aw / 2),
    BW = Math.ceil(bw / 2);
  const prog = (body) => ({
    variableNames: ['A', 'B'],
    packedInputs: true,
    packedOutput: true,
    outputShape: [1, P, N],
    userCode: body,
  });
  time('getA', () =>
    backend.runWebGLProgram(
      prog(
        `void main(){ ivec3 rc = getOutputCoords(); vec4 r = vec4(0.); for (int i=0;i<${K / 2};i++){ vec4 a=getA(0,rc.y,i*2); vec4 b=getB(0,i*2,rc.z); r+=a.xxzz*b.xyxy; r+=a.yyww*b.zwzw;} setOutput(r);}`,
      ),
      [pa, pb],
      'float32',
    ),
  );
  time('fetch', () =>
    backend.runWebGLProgram(
      prog(
        `void main(){ ivec3 rc = getOutputCoords(); vec4 r = vec4(0.); int ai=(rc.y/2)*${K / 2}; int bi=rc.z/2; for (int i=0;i<${K / 2};i++){ int q=ai/${AW}; vec4 a=texelFetch(A, ivec2(ai-q*${AW},q),0); int s=bi/${BW}; vec4 b=texelFetch(B, ivec2(bi-s*${BW},s),0); ai++; bi+=${N / 2}; r+=a.xxzz*b.xyxy; r+=a.yyww*b.zwzw;} setOutput(r);}`,
      ),
      [pa, pb],
      'float32',
    ),
  );
  time('fetch, no div', () =>
    backend.runWebGLProgram(
      prog(
        `void main(){ ivec3 rc = getOutputCoords(); vec4 r = vec4(0.); int ai=(rc.y/2); int bi=rc.z/2; for (int i=0;i<${K / 2};i++){ vec4 a=texelFetch(A, ivec2(i,ai&127),0); vec4 b=texelFetch(B, ivec2(bi,i),0);  r+=a.xxzz*b.xyxy; r+=a.yyww*b.zwzw;} setOutput(r);}`,
      ),
      [pa, pb],
      'float32',
    ),
  );
  time('fetch, shift', () =>
    backend.runWebGLProgram(
      prog(
        `void main(){ ivec3 rc = getOutputCoords(); vec4 r = vec4(0.); int ai=(rc.y/2)*${K / 2}; int bi=rc.z/2; for (int i=0;i<${K / 2};i++){ vec4 a=texelFetch(A, ivec2(ai&511,ai>>9),0); vec4 b=texelFetch(B, ivec2(bi&15,bi>>4),0); ai++; bi+=${N / 2}; r+=a.xxzz*b.xyxy; r+=a.yyww*b.zwzw;} setOutput(r);}`,
      ),
      [pa, pb],
      'float32',
    ),
  );
  time('no fetch', () =>
    backend.runWebGLProgram(
      prog(
        `void main(){ ivec3 rc = getOutputCoords(); vec4 r = vec4(0.); vec4 a = texelFetch(A, ivec2(rc.y,0),0); vec4 b = texelFetch(B, ivec2(rc.z,0),0); for (int i=0;i<${K / 2};i++){ a+=0.1; r+=a.xxzz*b.xyxy; r+=a.yyww*b.zwzw;} setOutput(r);}`,
      ),
      [pa, pb],
      'float32',
    ),
  );
  time('one fetch', () =>
    backend.runWebGLProgram(
      prog(
        `void main(){ ivec3 rc = getOutputCoords(); vec4 r = vec4(0.); vec4 a = texelFetch(A, ivec2(rc.y,0),0); vec4 b = texelFetch(B, ivec2(rc.z,0),0); int ai=(rc.y/2);for (int i=0;i<${K / 2};i++){ a=texelFetch(A, ivec2(i,ai&127),0); r+=a.xxzz*b.xyxy; r+=a.yyww*b.zwzw;} setOutput(r);}`,
      ),
      [pa, pb],
      'float32',
    ),
  );
  time('uniform B', () =>
    backend.runWebGLProgram(
      prog(
        `void main(){ ivec3 rc = getOutputCoords(); vec4 r = vec4(0.); int ai=(rc.y/2);for (int i=0;i<${K / 2};i++){ vec4 a=texelFetch(A, ivec2(i,ai&127),0); vec4 b = texelFetch(B, ivec2(i&15,i>>4),0); r+=a.xxzz*b.xyxy; r+=a.yyww*b.zwzw;} setOutput(r);}`,
      ),
      [pa, pb],
      'float32',
    ),
  );
  out.gflop = (P * K * N * 2) / 1e9;
  return out;
}
