import { useComputed, useSignal } from '@preact/signals';
import type { Network } from '@resnetjs/core';
import { type Drawing, drawNetwork, formatSvg } from '@resnetjs/core/draw';
import { useEffect, useRef } from 'preact/hooks';
import { model, getEngine } from '../../engine/session.js';
import { download } from '../../components/download.js';
import { isModel, openedFile } from '../../files/opened-file.js';
import { OpenModel } from '../../files/open-model.js';
import { useScrollToOpened } from '../../files/scroll-to-opened.js';
import { Diagram } from './diagram.js';
import { ImagePush } from './image-push.js';
import { Inspector } from './inspector.js';
import { Key } from './key.js';
import {
  chooseSubject,
  modelNetwork,
  network,
  opened,
  plainTwin,
  type SubjectName,
  subject,
  subjectGroups,
  titleOf,
  withPlain,
} from './subject.js';
import { Why } from './why.js';
import './look.css';

/** Room for the outlines at the drawing's edge, in pixels. */
const outline = 4;

/** A network, drawn from its data. */
export function Look() {
  const width = useSignal(1000);
  const canvas = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const measure = () => {
      // Rounded, so that the drawing isn't laid out again for every pixel.
      width.value = Math.max(300, 20 * Math.floor((element.clientWidth - outline) / 20));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useScrollToOpened('look', canvas);
  useEffect(() => {
    if (model.value === null) {
      modelNetwork.value = null;
      if (subject.value === 'model') chooseSubject('course/resnet50');
      return;
    }
    void getEngine()
      .then((engine) => engine.request('modelNetwork', null))
      .then(
        (found) => {
          modelNetwork.value = found;
        },
        () => undefined,
      );
  }, [model.value]);
  const drawing = useComputed(() =>
    draw(network.value, { title: titleOf(subject.value), width: width.value }),
  );
  const twin = useComputed(() => {
    const title = `${titleOf(subject.value)}, plain twin`;
    return withPlain.value ? draw(plainTwin.value, { title, width: width.value }) : null;
  });

  return (
    <>
      <div class="room-head look-head">
        <div>
          <h1>Why deep networks need shortcuts</h1>
          <p class="lead">
            A network makes sense of a picture layer by layer. Stack too many layers, and it stops learning.
            In 2015 residual networks changed that: each block of layers only <em>adds</em> something to what
            comes in. The <span class="shortcut-words">orange lines</span>, the shortcuts, are that idea.
          </p>
        </div>
        <RoomsAhead />
      </div>
      <div class="look-floor">
        <div class="look-drawing" ref={canvas}>
          <Choices />
          <Diagram drawing={drawing.value} />
          {twin.value !== null && (
            <section aria-label="The plain twin">
              <h2>Its plain twin</h2>
              <p class="aside">
                The same layers and the same numbers, without the orange lines. Every signal has to pass
                through every layer, forwards and backwards. The Train room shows what that does.
              </p>
              <Diagram drawing={twin.value} fixed />
            </section>
          )}
          <Key drawing={drawing.value} />
          <section aria-label="A network of your own">
            <p>
              A network that others trained can also be <a href="#use">fetched by its name</a>, in Use.
            </p>
            <OpenModel label="Drop a model of PyTorch, timm, Keras, ONNX or TensorFlow.js to see its network" />
          </section>
        </div>
        <aside class="look-side" aria-label="Details">
          <Inspector drawing={drawing.value} />
          <ImagePush drawing={drawing.value} />
        </aside>
      </div>
      <Why />
    </>
  );
}

/** What the page offers, for first-time visitors. */
function RoomsAhead() {
  return (
    <ol class="rooms-ahead" aria-label="The rooms of this page">
      <li>
        <strong>Look</strong> into a network of fifty layers.
      </li>
      <li>
        <a href="#train">Train</a> one, beside its twin without shortcuts.
      </li>
      <li>
        <a href="#use">Use</a> it on pictures of your own.
      </li>
      <li>
        <a href="#prove">Prove</a> that its numbers are right.
      </li>
    </ol>
  );
}

function draw(of: Network, options: { readonly title: string; readonly width: number }): Drawing {
  return drawNetwork(of, { ...options, open: [...opened.value] });
}

/** Saves the drawing as it is opened, in a width that prints well. */
function save(): void {
  const title = titleOf(subject.value);
  const svg = formatSvg(drawNetwork(network.value, { title, open: [...opened.value] }));
  download(new Blob([svg], { type: 'image/svg+xml' }), `${title.replaceAll(/[^\w.-]+/g, '-')}.svg`);
}

function Choices() {
  const isThere = (name: SubjectName) => {
    if (name === 'file') return openedFile.value !== null;
    return name !== 'model' || (modelNetwork.value !== null && !isModel.value);
  };
  const { stages, stem, head } = network.value;
  const all = [
    ...(stem.length > 0 ? ['stem'] : []),
    ...stages.flatMap((blocks, stage) => blocks.map((_, block) => `stage${stage}.block${block}`)),
    ...(head.length > 0 ? ['head'] : []),
  ];
  const allOpen = all.every((id) => opened.value.has(id));
  return (
    <div class="look-choices">
      <div class="field look-subject">
        <label for="subject" class="visually-hidden">
          What to look at
        </label>
        <select
          id="subject"
          value={subject.value}
          onChange={(event) => chooseSubject(event.currentTarget.value as SubjectName)}
        >
          {subjectGroups.map(({ title, names }) => (
            <optgroup key={title} label={title}>
              {names.filter(isThere).map((name) => (
                <option key={name} value={name}>
                  {titleOf(name)}
                </option>
              ))}
            </optgroup>
          ))}
        </select>
      </div>
      <button
        type="button"
        class="button"
        onClick={() => {
          opened.value = new Set(allOpen ? [] : all);
        }}
      >
        {allOpen ? 'Close all blocks' : 'Open all blocks'}
      </button>
      <button type="button" class="button" onClick={save}>
        Save as SVG
      </button>
      <label class="choice">
        <input
          type="checkbox"
          checked={withPlain.value}
          onChange={() => {
            withPlain.value = !withPlain.value;
          }}
        />
        <span>Its plain twin beneath</span>
      </label>
    </div>
  );
}
