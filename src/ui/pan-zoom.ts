import { type Signal, signal } from "@preact/signals-core";

/** How a picture is seen: enlarged so many times over the whole of it, and moved, in parts of its frame's width and height. */
export interface View {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export const WHOLE: View = { scale: 1, x: 0, y: 0 };
const LARGEST = 16;
/** What a press of a key or button does. */
const ZOOM_STEP = 1.4;
const MOVE_STEP = 0.1;

/** The view enlarged by `factor` around a point of the frame (0 to 1), which stays where it is; the picture always fills the frame. */
export function zoomed({ scale, x, y }: View, factor: number, at: { readonly x: number; readonly y: number } = { x: 0.5, y: 0.5 }): View {
  const next = Math.min(LARGEST, Math.max(1, scale * factor));
  const ratio = next / scale;
  return within({ scale: next, x: at.x - (at.x - x) * ratio, y: at.y - (at.y - y) * ratio });
}

/** The view moved by parts of the frame, as far as the picture goes. */
export function moved({ scale, x, y }: View, dx: number, dy: number): View {
  return within({ scale, x: x + dx, y: y + dy });
}

function within({ scale, x, y }: View): View {
  const hold = (value: number) => Math.min(0, Math.max(1 - scale, value)) || 0;
  return { scale, x: hold(x), y: hold(y) };
}

/** A view that wheel, drag, pinch and keys of `frames` change; all frames show the same part. Enlarging goes on as `images` follow it. */
export class PanZoom {
  readonly view: Signal<View> = signal(WHOLE);
  private readonly pointers = new Map<number, { x: number; y: number }>();

  zoomIn = (): void => this.set(zoomed(this.view.value, ZOOM_STEP));
  zoomOut = (): void => this.set(zoomed(this.view.value, 1 / ZOOM_STEP));
  reset = (): void => this.set(WHOLE);

  listen(frame: HTMLElement): void {
    const place = ({ clientX, clientY }: { clientX: number; clientY: number }) => {
      const { left, top, width, height } = frame.getBoundingClientRect();
      return { x: (clientX - left) / width, y: (clientY - top) / height };
    };
    frame.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        this.set(zoomed(this.view.value, Math.exp(-event.deltaY / (event.deltaMode === 0 ? 400 : 12)), place(event)));
      },
      { passive: false },
    );
    frame.addEventListener("dblclick", (event) => this.set(this.view.value.scale > 1 ? WHOLE : zoomed(WHOLE, 4, place(event))));
    frame.addEventListener("pointerdown", (event) => {
      frame.setPointerCapture(event.pointerId);
      this.pointers.set(event.pointerId, place(event));
    });
    frame.addEventListener("pointermove", (event) => this.drag(event.pointerId, place(event)));
    for (const end of ["pointerup", "pointercancel"] as const) {
      frame.addEventListener(end, (event) => void this.pointers.delete(event.pointerId));
    }
    frame.addEventListener("keydown", (event) => {
      const act = this.keys[event.key];
      if (act === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      act();
    });
  }

  private readonly keys: Readonly<Record<string, () => void>> = {
    "+": this.zoomIn,
    "=": this.zoomIn,
    "-": this.zoomOut,
    "0": this.reset,
    ArrowLeft: () => this.set(moved(this.view.value, MOVE_STEP, 0)),
    ArrowRight: () => this.set(moved(this.view.value, -MOVE_STEP, 0)),
    ArrowUp: () => this.set(moved(this.view.value, 0, MOVE_STEP)),
    ArrowDown: () => this.set(moved(this.view.value, 0, -MOVE_STEP)),
  };

  private drag(id: number, to: { x: number; y: number }): void {
    const from = this.pointers.get(id);
    if (from === undefined) return;
    const other = [...this.pointers].find(([each]) => each !== id)?.[1];
    if (other === undefined) this.set(moved(this.view.value, to.x - from.x, to.y - from.y));
    else {
      const distance = (a: { x: number; y: number }) => Math.hypot(a.x - other.x, a.y - other.y) || 1;
      this.set(zoomed(this.view.value, distance(to) / distance(from), { x: (to.x + other.x) / 2, y: (to.y + other.y) / 2 }));
    }
    this.pointers.set(id, to);
  }

  private set(view: View): void {
    this.view.value = view;
  }
}
