import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import './webcam.css';

interface WebcamProps {
  readonly instructions: string;
  readonly onImage: (file: File) => void;
  readonly onClose: () => void;
  /** Takes one image per press, instead of five a second. */
  readonly single?: boolean;
}

const millisecondsBetween = 200;
/** Height and width of the images, in pixels. */
const side = 256;

/** The middle square of the camera's view. Images are taken while the button is held; closing this stops the camera. */
export function Webcam({ instructions, onImage, onClose, single = false }: WebcamProps) {
  const video = useRef<HTMLVideoElement>(null);
  const problem = useSignal<string | null>(null);
  const ready = useSignal(false);
  const taken = useSignal(0);
  const timer = useRef<ReturnType<typeof setInterval> | undefined>(undefined);

  useEffect(() => {
    let stream: MediaStream | undefined;
    let left = false;
    openCamera().then(
      (opened) => {
        stream = opened;
        if (left) for (const track of opened.getTracks()) track.stop();
        else if (video.current !== null) video.current.srcObject = opened;
      },
      (error: Error) => {
        problem.value = `${cameraMessage(error)} Pictures from files work as well.`;
      },
    );
    return () => {
      left = true;
      clearInterval(timer.current);
      for (const track of stream?.getTracks() ?? []) track.stop();
    };
  }, []);

  const take = async () => {
    const element = video.current;
    if (element === null || !ready.value) return;
    const file = await middleSquare(element);
    if (file === null || video.current === null) return; // closed in the meantime
    taken.value++;
    onImage(file);
  };
  const hold = () => {
    void take();
    if (!single) {
      clearInterval(timer.current);
      timer.current = setInterval(() => void take(), millisecondsBetween);
    }
  };
  const release = () => clearInterval(timer.current);
  const isPress = (event: KeyboardEvent) => event.key === ' ' || event.key === 'Enter';

  if (problem.value !== null) {
    return (
      <p class="aside problem" role="alert">
        {problem.value}{' '}
        <button type="button" class="link" onClick={onClose}>
          Close
        </button>
      </p>
    );
  }
  return (
    <div class="webcam">
      <video
        ref={video}
        autoplay
        playsInline
        muted
        aria-label="The camera’s picture"
        onLoadedData={() => {
          ready.value = true;
        }}
      />
      <p class="aside">
        {instructions}{' '}
        {!single && <span aria-live="polite">{taken.value > 0 && `${taken.value} taken.`}</span>}
      </p>
      <div class="row">
        <button
          type="button"
          class="button"
          disabled={!ready.value}
          onPointerDown={hold}
          onPointerUp={release}
          onPointerLeave={release}
          onKeyDown={(event) => {
            if (!isPress(event) || event.repeat) return;
            event.preventDefault();
            hold();
          }}
          onKeyUp={release}
          onBlur={release}
        >
          {single ? 'Take the picture' : 'Hold to take pictures'}
        </button>
        <button type="button" class="link" onClick={onClose}>
          Close the camera
        </button>
      </div>
    </div>
  );
}

function openCamera(): Promise<MediaStream> {
  const { mediaDevices } = navigator;
  if (mediaDevices === undefined) return Promise.reject(new Error('none'));
  return mediaDevices.getUserMedia({ video: { width: 640, height: 480 }, audio: false });
}

function cameraMessage({ name }: Error): string {
  if (name === 'NotAllowedError') return 'The browser does not let this page use the camera.';
  if (name === 'NotReadableError') return 'Another program is using the camera.';
  return 'No camera was found.';
}

async function middleSquare(video: HTMLVideoElement): Promise<File | null> {
  const { videoWidth, videoHeight } = video;
  const edge = Math.min(videoWidth, videoHeight);
  const canvas = document.createElement('canvas');
  canvas.width = side;
  canvas.height = side;
  const context = canvas.getContext('2d');
  if (context === null || edge === 0) return null;
  context.drawImage(video, (videoWidth - edge) / 2, (videoHeight - edge) / 2, edge, edge, 0, 0, side, side);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.92));
  return blob && new File([blob], `webcam-${Date.now()}.jpg`, { type: 'image/jpeg' });
}
