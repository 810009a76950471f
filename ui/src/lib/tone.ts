// A short soft tone: two notes that fade, made here.

const LOUD = 0.06;
const NOTES = [
  { hertz: 587, at: 0 },
  { hertz: 784, at: 0.09 },
] as const;
const SECONDS = 0.45;

let audio: AudioContext | null = null;

export function tone(): void {
  audio ??= new AudioContext();
  const { currentTime, destination } = audio;
  for (const { hertz, at } of NOTES) {
    const start = currentTime + at;
    const fade = new GainNode(audio, { gain: 0 });
    fade.gain.setValueAtTime(0, start);
    fade.gain.linearRampToValueAtTime(LOUD, start + 0.02);
    fade.gain.exponentialRampToValueAtTime(0.0001, start + SECONDS);
    const note = new OscillatorNode(audio, { frequency: hertz });
    note.connect(fade).connect(destination);
    note.start(start);
    note.stop(start + SECONDS);
  }
}
