import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { root } from "../vscode/install.mjs";
import { movingPicture } from "../vscode/movingPicture.ts";

const read = (name: string) => readFileSync(join(root, "media", name));

/** The chunks of a PNG, with their sums checked. */
function chunksOf(png: Buffer): [type: string, data: Buffer][] {
	const chunks: [string, Buffer][] = [];
	for (let at = 8; at < png.length; ) {
		const length = png.readUInt32BE(at);
		assert.equal(png.readUInt32BE(at + 8 + length), crc32(png.subarray(at + 4, at + 8 + length)));
		chunks.push([png.toString("latin1", at + 4, at + 8), png.subarray(at + 8, at + 8 + length)]);
		at += length + 12;
	}
	return chunks;
}

describe("Moving pictures", () => {
	it("hold every frame's own data, in order, each with its time", () => {
		const png = read("icon.png");
		const data = Buffer.concat(chunksOf(png).flatMap(([type, data]) => (type === "IDAT" ? [data] : [])));
		const chunks = chunksOf(
			movingPicture([
				{ png, milliseconds: 500 },
				{ png, milliseconds: 1500 },
			]),
		);
		const of = (wanted: string) => chunks.flatMap(([type, data]) => (type === wanted ? [data] : []));
		assert.deepEqual(of("IHDR"), [chunksOf(png)[0]?.[1]]);
		assert.deepEqual(
			of("acTL").map((each) => each.readUInt32BE(0)),
			[2],
		);
		assert.deepEqual(
			of("fcTL").map((each) => each.readUInt16BE(20)),
			[500, 1500],
		);
		assert.deepEqual(Buffer.concat(of("IDAT")), data);
		assert.deepEqual(Buffer.concat(of("fdAT").map((each) => each.subarray(4))), data);
		const numbered = chunks.filter(([type]) => type === "fcTL" || type === "fdAT");
		assert.deepEqual(
			numbered.map(([, data]) => data.readUInt32BE(0)),
			numbered.map((_, index) => index),
		);
	});

	it("refuse frames of another size", () => {
		const frames = ["icon.png", "rows.png"].map((name) => ({ png: read(name), milliseconds: 1 }));
		assert.throws(() => movingPicture(frames), /frame 1 is of another size/);
	});
});
