// Makes a moving picture (APNG) of screenshots, which all browsers show. Nothing is decoded: the frames keep their own
// compressed data. The chunks are those of https://www.w3.org/TR/png-3/#apng-frame-based-animation.
import assert from "node:assert/strict";
import { crc32 } from "node:zlib";

const SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");

/** One picture (PNG), and how long it stays. */
export interface Frame {
	readonly png: Buffer;
	readonly milliseconds: number;
}

/** @param frames Of the same size and kind of pixels. @returns a picture that runs through them for ever. */
export function movingPicture(frames: readonly Frame[]): Buffer {
	const [first] = frames.map(({ png }) => header(png));
	assert.ok(first);
	const parts: Buffer[] = [SIGNATURE, chunk("IHDR", first), chunk("acTL", words(frames.length, 0))];
	let sequence = 0;
	for (const [index, { png, milliseconds }] of frames.entries()) {
		assert.deepEqual(header(png), first, `frame ${index} is of another size or kind`);
		const place = words(sequence++, first.readUInt32BE(0), first.readUInt32BE(4), 0, 0);
		const delay = Buffer.alloc(6);
		delay.writeUInt16BE(milliseconds, 0);
		delay.writeUInt16BE(1000, 2);
		parts.push(chunk("fcTL", Buffer.concat([place, delay])));
		for (const [type, data] of chunksOf(png))
			if (type === "IDAT")
				parts.push(index === 0 ? chunk("IDAT", data) : chunk("fdAT", Buffer.concat([words(sequence++), data])));
	}
	return Buffer.concat([...parts, chunk("IEND", Buffer.alloc(0))]);
}

function header(png: Buffer): Buffer {
	const [[type, data] = []] = [...chunksOf(png)];
	assert.ok(type === "IHDR" && data);
	return data;
}

function* chunksOf(png: Buffer): Generator<readonly [type: string, data: Buffer]> {
	assert.ok(png.subarray(0, 8).equals(SIGNATURE), "not a PNG");
	for (let at = 8; at < png.length; ) {
		const length = png.readUInt32BE(at);
		yield [png.toString("latin1", at + 4, at + 8), png.subarray(at + 8, at + 8 + length)];
		at += length + 12;
	}
}

function chunk(type: string, data: Buffer): Buffer {
	const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
	return Buffer.concat([words(data.length), body, words(crc32(body))]);
}

/** Numbers of 32 bits. */
function words(...numbers: readonly number[]): Buffer {
	const bytes = Buffer.alloc(numbers.length * 4);
	for (const [index, number] of numbers.entries()) bytes.writeUInt32BE(number, index * 4);
	return bytes;
}
