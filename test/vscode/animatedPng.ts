// Makes an animated PNG (APNG) from screenshots, which all browsers support. Frames keep their compressed data. For the
// chunks see https://www.w3.org/TR/png-3/#apng-frame-based-animation.
import assert from "node:assert/strict";
import { crc32 } from "node:zlib";

const SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");

/** A PNG and its display time. */
export interface Frame {
	readonly png: Buffer;
	readonly milliseconds: number;
}

/** Returns an endless animation of frames, which must have equal size and pixel format. */
export function makeAnimatedPng(frames: readonly Frame[]): Buffer {
	const [first] = frames.map(({ png }) => header(png));
	assert.ok(first);
	const parts: Buffer[] = [SIGNATURE, chunk("IHDR", first), chunk("acTL", uint32s(frames.length, 0))];
	let sequence = 0;
	for (const [index, { png, milliseconds }] of frames.entries()) {
		assert.deepEqual(header(png), first, `frame ${index} is of another size or kind`);
		const geometry = uint32s(sequence++, first.readUInt32BE(0), first.readUInt32BE(4), 0, 0);
		const delay = Buffer.alloc(6);
		delay.writeUInt16BE(milliseconds, 0);
		delay.writeUInt16BE(1000, 2);
		parts.push(chunk("fcTL", Buffer.concat([geometry, delay])));
		for (const [type, data] of chunksOf(png))
			if (type === "IDAT")
				parts.push(index === 0 ? chunk("IDAT", data) : chunk("fdAT", Buffer.concat([uint32s(sequence++), data])));
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
	for (let offset = 8; offset < png.length; ) {
		const length = png.readUInt32BE(offset);
		yield [png.toString("latin1", offset + 4, offset + 8), png.subarray(offset + 8, offset + 8 + length)];
		offset += length + 12;
	}
}

function chunk(type: string, data: Buffer): Buffer {
	const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
	return Buffer.concat([uint32s(data.length), body, uint32s(crc32(body))]);
}

/** Encodes numbers as big-endian 32-bit integers. */
function uint32s(...numbers: readonly number[]): Buffer {
	const bytes = Buffer.alloc(numbers.length * 4);
	for (const [index, number] of numbers.entries()) bytes.writeUInt32BE(number, index * 4);
	return bytes;
}
