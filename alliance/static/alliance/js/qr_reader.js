/* Reads the QR code of a ticket from an image, where the browser does not read them itself (iPhone, Firefox, Linux).
   A ticket's code is the smallest QR code there is (version 1, 21 modules a side), and this reads no other: no alignment
   pattern, one block, three corners. ISO/IEC 18004.

     readQr({ data, width, height })   // as getImageData gives it → "K7MP3XA2", or "" when nothing is read */
"use strict";

const SIDE = 21, BETWEEN = 14; // modules a side; from the centre of a corner to the centre of the next
const EC_WORDS = { 1: 7, 0: 10, 3: 13, 2: 17 }; // by the two bits of the level: L, M, Q, H
const SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const SLANTS = [0, 0.06, -0.06, 0.12, -0.12, 0.18, -0.18];

/* --- light and dark: each pixel beside the mean of what surrounds it, so that a shadow is no ink --- */
const inked = ({ data, width, height }) => {
  const sums = new Float64Array((width + 1) * (height + 1)), light = new Uint8Array(width * height);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0, row = 0; x < width; x++, at++) {
      light[at] = (data[4 * at] * 77 + data[4 * at + 1] * 151 + data[4 * at + 2] * 28) >> 8;
      row += light[at];
      sums[(y + 1) * (width + 1) + x + 1] = sums[y * (width + 1) + x + 1] + row;
    }
  }
  const dark = new Uint8Array(width * height), reach = Math.max(8, Math.min(width, height) >> 3);
  for (let y = 0, at = 0; y < height; y++) {
    const top = Math.max(0, y - reach), low = Math.min(height, y + reach + 1);
    for (let x = 0; x < width; x++, at++) {
      const left = Math.max(0, x - reach), right = Math.min(width, x + reach + 1);
      const sum = sums[low * (width + 1) + right] - sums[top * (width + 1) + right] - sums[low * (width + 1) + left] + sums[top * (width + 1) + left];
      dark[at] = light[at] * (low - top) * (right - left) < sum * 0.92 ? 1 : 0;
    }
  }
  return { dark, width, height };
};

/* --- the three corners: dark, light, dark, light, dark as 1, 1, 3, 1, 1 --- */
const looksRight = (runs) => {
  const all = runs[0] + runs[1] + runs[2] + runs[3] + runs[4], one = all / 7, slack = one * 0.6;
  return all >= 14 && [1, 1, 3, 1, 1].every((want, i) => Math.abs(runs[i] - want * one) < want * slack);
};
/* From a pixel in the middle, both ways along a line: the middle and the length of the pattern, or nothing. */
const across = (image, x, y, dx, dy) => {
  const runs = [0, 0, 0, 0, 0], ends = [];
  for (const way of [-1, 1]) {
    let px = x, py = y, run = 2;
    if (way > 0) { px += dx; py += dy; }
    for (;;) {
      if (px < 0 || py < 0 || px >= image.width || py >= image.height) break;
      if (image.dark[py * image.width + px] !== (run % 2 ? 0 : 1)) { run += way; if (run < 0 || run > 4) break; continue; }
      runs[run]++;
      px += dx * way;
      py += dy * way;
    }
    ends.push((dx ? px : py) - (way > 0 ? 1 : -1));
  }
  return looksRight(runs) ? { middle: (ends[0] + ends[1]) / 2, length: ends[1] - ends[0] + 1 } : null;
};
const corners = (image) => {
  const found = [];
  for (let y = 1; y < image.height; y += 2) {
    let runs = [0, 0, 0, 0, 0], last = 0;
    for (let x = 0; x <= image.width; x++) {
      const now = x < image.width ? image.dark[y * image.width + x] : 2;
      if (now === last) { runs[4]++; continue; }
      if (last === 1 && looksRight(runs)) add(found, image, Math.round(x - runs[4] - runs[3] - runs[2] / 2), y);
      runs = [...runs.slice(1), 1];
      last = now;
    }
  }
  return found.sort((one, other) => other.seen - one.seen).slice(0, 9);
};
const add = (found, image, x, y) => {
  const down = across(image, x, y, 0, 1);
  if (!down) return;
  const along = across(image, x, Math.round(down.middle), 1, 0);
  if (!along || along.length > down.length * 1.6 || down.length > along.length * 1.6) return;
  const made = { x: along.middle, y: down.middle, module: (along.length + down.length) / 14, seen: 1 };
  const same = found.find((each) => Math.hypot(each.x - made.x, each.y - made.y) < each.module * 3);
  if (same) same.seen++; else found.push(made);
};
/* Three that stand as corners do, the likeliest first: [top left, top right, bottom left]. */
const triples = (found) => {
  const made = [];
  for (const corner of found) {
    for (const right of found) {
      for (const low of found) {
        if (corner === right || corner === low || right === low) continue;
        const a = [right.x - corner.x, right.y - corner.y], b = [low.x - corner.x, low.y - corner.y];
        const la = Math.hypot(...a), lb = Math.hypot(...b), turn = (a[0] * b[1] - a[1] * b[0]) / (la * lb);
        const sizes = [corner.module, right.module, low.module].sort((one, other) => one - other);
        const odd = Math.abs(Math.log(la / lb)) + Math.abs(1 - turn) + Math.log(sizes[2] / sizes[0]) / 2;
        if (turn > 0.7 && odd < 1) made.push({ odd, three: [corner, right, low] });
      }
    }
  }
  return made.sort((one, other) => one.odd - other.odd).slice(0, 6).map((each) => each.three);
};

/* --- the modules: from the plane of the code to that of the image. Three corners leave two slants unknown: how much
   nearer the right side and the lower side are than the left and the upper one. They are tried. --- */
const sampled = (image, [corner, right, low], slantX, slantY) => {
  const nearX = 1 + slantX, nearY = 1 + slantY;
  const u = [(right.x * nearX - corner.x) / BETWEEN, (right.y * nearX - corner.y) / BETWEEN];
  const v = [(low.x * nearY - corner.x) / BETWEEN, (low.y * nearY - corner.y) / BETWEEN];
  const rows = [];
  for (let r = 0; r < SIDE; r++) {
    const row = new Uint8Array(SIDE);
    for (let c = 0; c < SIDE; c++) {
      const i = c - 3, j = r - 3, near = 1 + (slantX * i + slantY * j) / BETWEEN;
      const x = Math.round((corner.x + i * u[0] + j * v[0]) / near), y = Math.round((corner.y + i * u[1] + j * v[1]) / near);
      if (x < 0 || y < 0 || x >= image.width || y >= image.height) return null;
      row[c] = image.dark[y * image.width + x];
    }
    rows.push(row);
  }
  return rows;
};

/* --- what stands in the modules --- */
const FORMATS = Array.from({ length: 32 }, (_, format) => {
  let rest = format << 10;
  for (let bit = 14; bit >= 10; bit--) if (rest >> bit & 1) rest ^= 0x537 << (bit - 10);
  return (format << 10 | rest) ^ 0x5412;
});
const ones = (number) => { let count = 0; for (let rest = number; rest; rest &= rest - 1) count++; return count; };
const FORMAT_AT = [[8, 0], [8, 1], [8, 2], [8, 3], [8, 4], [8, 5], [8, 7], [8, 8], [7, 8], [5, 8], [4, 8], [3, 8], [2, 8], [1, 8], [0, 8]];
const FORMAT_TOO = [...Array.from({ length: 7 }, (_, i) => [20 - i, 8]), ...Array.from({ length: 8 }, (_, i) => [8, 13 + i])];
const formatOf = (rows) => {
  const read = (places) => places.reduce((all, [r, c]) => all << 1 | rows[r][c], 0);
  const likely = [read(FORMAT_AT), read(FORMAT_TOO)].flatMap((said) => FORMATS.map((each, format) => ({ format, wrong: ones(said ^ each) })));
  const best = likely.reduce((one, other) => (other.wrong < one.wrong ? other : one));
  return best.wrong <= 3 ? best.format : null;
};
const MASKS = [
  (r, c) => (r + c) % 2, (r) => r % 2, (r, c) => c % 3, (r, c) => (r + c) % 3, (r, c) => ((r >> 1) + Math.floor(c / 3)) % 2,
  (r, c) => (r * c) % 2 + (r * c) % 3, (r, c) => ((r * c) % 2 + (r * c) % 3) % 2, (r, c) => ((r + c) % 2 + (r * c) % 3) % 2,
];
const isData = (r, c) => r !== 6 && c !== 6 && !(r < 9 && (c < 9 || c > 12)) && !(r > 12 && c < 9);
const wordsOf = (rows, mask) => {
  const words = new Uint8Array(26);
  let bit = 0, up = true;
  for (let pair = SIDE - 1; pair > 0; pair -= 2, up = !up) {
    if (pair === 6) pair--;
    for (let step = 0; step < SIDE; step++) {
      const r = up ? SIDE - 1 - step : step;
      for (const c of [pair, pair - 1]) {
        if (!isData(r, c)) continue;
        words[bit >> 3] |= (rows[r][c] ^ (MASKS[mask](r, c) === 0 ? 1 : 0)) << (7 - (bit & 7));
        bit++;
      }
    }
  }
  return words;
};

/* --- what was damaged: Reed and Solomon, over the 256 numbers --- */
const EXP = new Uint8Array(512), LOG = new Uint8Array(256);
for (let power = 0, number = 1; power < 255; power++) {
  EXP[power] = EXP[power + 255] = number;
  LOG[number] = power;
  number = number << 1 ^ (number & 128 ? 0x11d : 0);
}
const times = (a, b) => (a && b ? EXP[LOG[a] + LOG[b]] : 0);
const over = (a, b) => (a ? EXP[LOG[a] + 255 - LOG[b]] : 0);
const valueOf = (terms, x) => terms.reduceRight((sum, term) => times(sum, x) ^ term, 0); // the lowest term first
const mended = (words, ecWords) => {
  const syndromes = Array.from({ length: ecWords }, (_, i) => words.reduce((sum, word) => times(sum, EXP[i]) ^ word, 0));
  if (syndromes.every((each) => each === 0)) return words;
  let where = [1], before = [1], degree = 0, gap = 1, scale = 1;
  for (let n = 0; n < ecWords; n++) {
    let off = syndromes[n];
    for (let i = 1; i <= degree; i++) off ^= times(where[i] || 0, syndromes[n - i]);
    if (off === 0) { gap++; continue; }
    const kept = where, factor = over(off, scale), shifted = [...new Array(gap).fill(0), ...before];
    where = Array.from({ length: Math.max(kept.length, shifted.length) }, (_, i) => (kept[i] || 0) ^ times(factor, shifted[i] || 0));
    if (2 * degree <= n) { degree = n + 1 - degree; before = kept; scale = off; gap = 1; } else gap++;
  }
  if (degree * 2 > ecWords) return null;
  const found = words.map((_, at) => at).filter((at) => valueOf(where, EXP[(255 - (words.length - 1 - at)) % 255]) === 0);
  if (found.length !== degree) return null;
  const product = new Array(ecWords).fill(0);
  for (let i = 0; i < ecWords; i++) for (let j = 0; j <= i; j++) product[i] ^= times(syndromes[j], where[i - j] || 0);
  const slope = where.map((_, i) => (i % 2 ? 0 : where[i + 1] || 0));
  const right = Uint8Array.from(words);
  for (const at of found) {
    const place = EXP[words.length - 1 - at], inverse = over(1, place), below = valueOf(slope, inverse);
    if (below === 0) return null;
    right[at] ^= times(place, over(valueOf(product, inverse), below));
  }
  return right;
};

/* --- the text: digits, signs of the small alphabet, or bytes --- */
const textOf = (words) => {
  let bit = 0;
  const take = (count) => { let read = 0; for (; count > 0; count--, bit++) read = read << 1 | (words[bit >> 3] >> (7 - (bit & 7)) & 1); return read; };
  const mode = take(4);
  let text = "";
  if (mode === 1) {
    for (let left = take(10); left > 0; left -= 3) { const some = Math.min(left, 3); text += String(take([4, 7, 10][some - 1])).padStart(some, "0"); }
  } else if (mode === 2) {
    for (let left = take(9); left > 0; left -= 2) {
      const pair = left > 1 ? take(11) : take(6);
      text += left > 1 ? (SIGNS[Math.floor(pair / 45)] || "") + SIGNS[pair % 45] : SIGNS[pair] || "";
    }
  } else if (mode === 4) {
    for (let left = take(8); left > 0; left--) text += String.fromCharCode(take(8));
  }
  return bit <= words.length * 8 ? text : "";
};
const decoded = (rows) => {
  const format = rows && formatOf(rows);
  if (format === null || format === undefined) return "";
  const ecWords = EC_WORDS[format >> 3], words = [...wordsOf(rows, format & 7)];
  const right = mended(words, ecWords);
  return right ? textOf(right.slice(0, words.length - ecWords)) : "";
};

export const readQr = (pixels) => {
  const image = inked(pixels);
  for (const three of triples(corners(image))) {
    for (const x of SLANTS) for (const y of SLANTS) {
      const text = decoded(sampled(image, three, x, y));
      if (text) return text;
    }
  }
  return "";
};
