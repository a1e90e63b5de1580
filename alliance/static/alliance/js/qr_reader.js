/* Reads the QR code of a ticket from an image, where the browser does not read them itself (iPhone, Firefox, Linux).
   A ticket's code is the smallest QR code there is (version 1, 21 modules a side), and this reads no other: no alignment
   pattern, one block, three corners. ISO/IEC 18004.

     readQr({ data, width, height })   // as getImageData gives it → "K7MP3XA2", or "" when nothing is read */
"use strict";

const SIDE = 21, BETWEEN = 14; // modules a side; from the centre of a corner to the centre of the next
const EC_WORDS = { 1: 7, 0: 10, 3: 13, 2: 17 }, MENDS = { 7: 2, 10: 4, 13: 6, 17: 8 }; // by the bits of the level: L, M, Q, H
const ODD = 400; // of some 1,500 pixels looked at: a true code has under 200 before it is settled, chance 800
const SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/* --- light and dark: each pixel with its neighbours, so that a grain is no ink, beside the mean of what surrounds it, so
   that a shadow is none --- */
const inked = ({ data, width, height }, grain) => {
  const wide = width + 1, sums = new Int32Array(wide * (height + 1)), dark = new Uint8Array(width * height);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0, row = 0; x < width; x++, at += 4) {
      row += (data[at] * 77 + data[at + 1] * 151 + data[at + 2] * 28) >> 8;
      sums[(y + 1) * wide + x + 1] = sums[y * wide + x + 1] + row;
    }
  }
  const around = Math.max(8, Math.min(width, height) >> 3);
  for (let y = 0, at = 0; y < height; y++) {
    const top = Math.max(0, y - around), low = Math.min(height, y + around + 1), up = Math.max(0, y - grain), down = Math.min(height, y + grain + 1);
    const tops = top * wide, lows = low * wide, ups = up * wide, downs = down * wide, short = down - up;
    for (let x = 0; x < width; x++, at++) {
      const left = x < around ? 0 : x - around, right = x + around < width ? x + around + 1 : width;
      const before = x < grain ? 0 : x - grain, after = x + grain < width ? x + grain + 1 : width;
      const far = (sums[lows + right] - sums[tops + right] - sums[lows + left] + sums[tops + left]) * short * (after - before);
      const near = (sums[downs + after] - sums[ups + after] - sums[downs + before] + sums[ups + before]) * (right - left);
      dark[at] = near * (low - top) < far * 0.92 ? 1 : 0;
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
  return found.sort((one, other) => other.seen - one.seen).slice(0, 12);
};
const add = (found, image, x, y) => {
  const down = across(image, x, y, 0, 1);
  if (!down) return;
  const along = across(image, x, Math.round(down.middle), 1, 0);
  if (!along || along.length > down.length * 1.6 || down.length > along.length * 1.6) return;
  const one = along.length / 7, same = found.find((each) => Math.hypot(each.x - along.middle, each.y - down.middle) < one);
  if (same) { same.seen++; return; }
  const made = ringed(image, ringed(image, { x: along.middle, y: down.middle }));
  if (made) found.push(made);
};
/* Lines along rows and columns find corners in the data of a code held at 45°: a true one shows dark, light, dark in all
   directions. Where the lines end, opposite ones together, is its middle; how long they are, its size. */
const RAYS = Array.from({ length: 16 }, (_, i) => [Math.cos(i * Math.PI / 8), Math.sin(i * Math.PI / 8)]);
const ringed = (image, from) => {
  if (!from) return null;
  const ends = RAYS.map(([dx, dy]) => {
    const ways = [];
    for (let far = 1; ways.length < 3; far++) {
      const x = Math.round(from.x + far * dx), y = Math.round(from.y + far * dy);
      if (x < 0 || y < 0 || x >= image.width || y >= image.height) return 0;
      if (image.dark[y * image.width + x] !== (ways.length % 2 ? 0 : 1)) ways.push(far - 0.5);
    }
    const one = ways[2] / 3.5;
    return Math.abs(ways[0] - 1.5 * one) < 0.6 * one && Math.abs(ways[1] - 2.5 * one) < 0.6 * one ? ways[2] : 0;
  });
  const right = ends.filter(Boolean);
  if (right.length < 11) return null;
  let { x, y } = from;
  for (let i = 0; i < 8; i++) {
    const shift = ends[i] && ends[i + 8] ? (ends[i] - ends[i + 8]) / 8 : 0;
    x += shift * RAYS[i][0];
    y += shift * RAYS[i][1];
  }
  return { x, y, module: right.reduce((sum, each) => sum + each, 0) / right.length / 3.93, seen: 1 };
};
/* Three that stand as corners do: [top left, top right, bottom left]. */
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
        const long = (la + lb) / 2 / BETWEEN / ((sizes[0] + sizes[2]) / 2);
        if (turn > 0.7 && odd < 1 && long > 0.7 && long < 1.4) made.push([corner, right, low]);
      }
    }
  }
  return made;
};

/* --- the modules: from the plane of the code to that of the image, by where the three corners are and two slants: how
   much nearer the right side and the lower side are than the left and the upper one. --- */
const fixedAt = (r, c) => {
  for (const [R, C] of [[3, 3], [3, 17], [17, 3]]) {
    const ring = Math.max(Math.abs(r - R), Math.abs(c - C));
    if (ring <= 4) return ring % 2 || ring === 0 ? 1 : 0; // a corner and the light around it
  }
  if (r === 6 || c === 6) return (r + c + 1) % 2; // the dotted lines between them
  return r === 13 && c === 8 ? 1 : 2; // one is always dark, the others are the code's own
};
const FIXED = Uint8Array.from({ length: SIDE * SIDE }, (_, at) => fixedAt(Math.floor(at / SIDE), at % SIDE));
const PLACES = [[0, 0], [-0.25, -0.25], [0.25, -0.25], [-0.25, 0.25], [0.25, 0.25]];
/* The modules, each the most of five pixels, and how much is odd: pixels that are not what every code has there, or are
   unlike the others of their module. */
const sampled = ({ dark, width, height }, place) => {
  const [cx, cy, rx, ry, lx, ly, slantX, slantY] = place;
  const ux = (rx * (1 + slantX) - cx) / BETWEEN, uy = (ry * (1 + slantX) - cy) / BETWEEN;
  const vx = (lx * (1 + slantY) - cx) / BETWEEN, vy = (ly * (1 + slantY) - cy) / BETWEEN;
  const rows = [];
  let odd = 0;
  for (let r = 0; r < SIDE; r++) {
    const row = new Uint8Array(SIDE);
    for (let c = 0; c < SIDE; c++) {
      let count = 0;
      for (const [h, w] of PLACES) {
        const i = c - 3 + w, j = r - 3 + h, near = 1 + (slantX * i + slantY * j) / BETWEEN;
        const x = Math.round((cx + i * ux + j * vx) / near), y = Math.round((cy + i * uy + j * vy) / near);
        if (x >= 0 && y >= 0 && x < width && y < height) count += dark[y * width + x];
      }
      row[c] = count > 2 ? 1 : 0;
      const fixed = FIXED[r * SIDE + c];
      odd += fixed === 2 ? Math.min(count, 5 - count) : fixed ? 5 - count : count;
    }
    rows.push(row);
  }
  return { rows, odd, place };
};
const placed = ([corner, right, low]) => [
  corner.x, corner.y, right.x, right.y, low.x, low.y, (corner.module / right.module) ** (2 / 3) - 1, (corner.module / low.module) ** (2 / 3) - 1,
];
/* Corners and slants moved a little, as long as less is odd. */
const settled = (image, start) => {
  let best = start;
  for (const step of [1, 0.5, 0.25]) {
    for (let turn = 0, before = Infinity; best.odd < before && turn < 5; turn++) {
      before = best.odd;
      for (let i = 0; i < 8; i++) for (const way of [-step, step]) {
        const place = [...best.place];
        place[i] += way * (i < 6 ? start.module * 0.3 : 0.05);
        const other = sampled(image, place);
        if (other.odd < best.odd) best = other;
      }
    }
  }
  return best;
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
  if (degree > MENDS[ecWords]) return null;
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
  const mode = take(4), length = mode === 1 ? take(10) : mode === 2 ? take(9) : mode === 4 ? take(8) : 0;
  let text = "";
  for (let left = length; left > 0 && mode === 1; left -= 3) {
    const some = Math.min(left, 3);
    text += String(take([4, 7, 10][some - 1])).padStart(some, "0");
  }
  for (let left = length; left > 0 && mode === 2; left -= 2) {
    const pair = left > 1 ? take(11) : take(6);
    text += (left > 1 ? SIGNS[Math.floor(pair / 45)] || "" : "") + (SIGNS[left > 1 ? pair % 45 : pair] || "");
  }
  for (let left = length; left > 0 && mode === 4; left--) text += String.fromCharCode(take(8));
  const all = words.length * 8;
  if (bit > all || text.length !== length || take(Math.min(4, all - bit)) || take(-bit & 7)) return "";
  for (let filling = 0xec; bit < all; filling ^= 0xec ^ 0x11) if (take(8) !== filling) return ""; // what must follow the text
  return text;
};
const decoded = (rows) => {
  const format = formatOf(rows);
  if (format === null) return "";
  const ecWords = EC_WORDS[format >> 3], words = [...wordsOf(rows, format & 7)];
  const right = mended(words, ecWords);
  return right ? textOf(right.slice(0, words.length - ecWords)) : "";
};

export const readQr = (pixels) => {
  for (const grain of [1, 0]) { // neighbours take the noise away, and the smallest modules with it: those are looked for after
    const image = inked(pixels, grain), found = corners(image);
    const starts = triples(found).map((three) => ({ ...sampled(image, placed(three)), module: three[0].module }));
    const likely = starts.filter((each) => each.odd < ODD).sort((one, other) => one.odd - other.odd);
    for (const start of likely.slice(0, 2)) {
      const text = decoded(start.rows) || decoded(settled(image, start).rows);
      if (text) return text;
    }
    if (!found.length) return "";
  }
  return "";
};
