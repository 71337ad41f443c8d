import { network } from './subject.js';

/** What is on the way of the shortcuts of the network that is shown, beside the addition. */
function onTheLine(): { readonly activation: boolean; readonly projection: boolean } {
  const blocks = network.value.stages.flat();
  return {
    activation: blocks.some(({ shortcut, postact }) => shortcut !== null && postact.length > 0),
    projection: blocks.some(({ shortcut }) => shortcut?.some(({ op }) => op === 'conv')),
  };
}

/** Why a shortcut helps, in three steps. */
export function Why() {
  const { activation, projection } = onTheLine();
  return (
    <section class="why" aria-labelledby="why">
      <h2 id="why">Why a line around a block helps</h2>
      <ol>
        <li>
          <p class="formula">
            y = <span class="shortcut-words">x</span> + F(x)
          </p>
          <h3>A block only adds</h3>
          <p>
            Its layers, F, need not rebuild the picture from scratch. They look for a correction; where there
            is none to make, they can answer 0, and <em>x</em> passes as it is. More blocks can’t easily make
            things worse.
          </p>
        </li>
        <li>
          <p class="formula">
            dy/dx = <span class="shortcut-words">1</span> + F′(x)
          </p>
          <h3>The gradient has a way back</h3>
          <p>
            To learn, a layer must hear how the error changes with it. That message passes backwards through
            every later block. Through layers alone it is multiplied again and again, and fades; along the
            line it is multiplied by 1.
          </p>
          {(activation || projection) && (
            <p class="aside">
              In this network{' '}
              {activation &&
                'a ReLU follows each addition: it lets the message through where the sum is positive, and stops it elsewhere'}
              {activation && projection && '; and '}
              {projection && 'where the shape changes, a convolution is on the line'}.
              {activation &&
                ' Blocks with pre-activation (2016), as in the small network, keep the line free.'}
            </p>
          )}
        </li>
        <li>
          <p class="formula">
            10<sup>−10</sup> <span class="formula-small">or</span> <span class="shortcut-words">0.4</span>
          </p>
          <h3>Don’t believe it: watch it</h3>
          <p>
            Train two networks of 38 layers side by side, identical except for these lines, and see how much
            of the gradient arrives at the first layer of each. <a href="#train">Go to the Train room</a>, and
            choose “See the gradient vanish”.
          </p>
        </li>
      </ol>
    </section>
  );
}
