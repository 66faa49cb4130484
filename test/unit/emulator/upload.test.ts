import assert from "node:assert/strict";
import { type MadeCertificate, makeCertificate } from "../../certificates.ts";
import { type Emulator, startEmulator } from "../../emulator/emulator.ts";
import { call } from "./client.ts";

const DAY = 86_400;
const upload = (emulator: Emulator, body: unknown) => call(emulator, "POST /certificates", { body });

describe("emulator: upload and get", () => {
	let emulator: Emulator;
	let root: MadeCertificate;
	let leaf: MadeCertificate;
	/** Milliseconds. */
	let clock: number;

	before(async () => {
		clock = Date.now();
		root = await makeCertificate({
			notBefore: new Date(1_700_000_000_000),
			notAfter: new Date(clock + 10 * DAY * 1000),
		});
		leaf = await makeCertificate({ ca: false, issuer: root });
	});

	beforeEach(async () => {
		clock = Date.now();
		emulator = await startEmulator({ now: () => clock });
	});

	afterEach(() => emulator.close());

	it("stores a certificate, inactive, and answers without `active` or content", async () => {
		const { status, body } = await upload(emulator, { certificate: root.pem, name: "Root" });
		assert.equal(status, 200);
		const [stored] = emulator.state.certificates;
		assert.deepEqual(body, {
			object: "certificate",
			id: stored?.id,
			name: "Root",
			created_at: Math.floor(clock / 1000),
			certificate_details: { valid_at: 1_700_000_000, expires_at: Math.floor(clock / 1000) + 10 * DAY },
		});
		assert.match(body.id ?? "", /^cert_\w+$/);
		assert.equal(stored?.sha256, root.sha256);
		assert.deepEqual(emulator.state.activeIn("organization"), []);
	});

	it("takes an upload without a name", async () => {
		const { body } = await upload(emulator, { certificate: root.pem });
		assert.equal(body.name, null);
	});

	it("uses only the first certificate of a bundle", async () => {
		await upload(emulator, { certificate: `text before\n${leaf.pem}${root.pem}` });
		assert.deepEqual(
			emulator.state.certificates.map(({ sha256 }) => sha256),
			[leaf.sha256],
		);
		assert.equal(emulator.state.certificates[0]?.pem, leaf.pem);
	});

	it("gives the PEM only on include[]=content", async () => {
		const { body } = await upload(emulator, { certificate: root.pem });
		const without = await call(emulator, `GET /certificates/${body.id}`);
		const withContent = await call(emulator, `GET /certificates/${body.id}?include[]=content`);
		assert.deepEqual(without.body, body);
		assert.deepEqual(withContent.body, {
			...body,
			certificate_details: { ...body.certificate_details, content: root.pem },
		});
	});

	it("knows no other certificate", async () => {
		const { status, body } = await call(emulator, "GET /certificates/cert_none");
		assert.equal(status, 404);
		assert.match(body.error?.message ?? "", /cert_none/);
	});

	it("refuses what does not validate", async () => {
		const damaged = root.pem.replace(/\n[A-Za-z0-9+/]{64}\n/, "\n");
		for (const certificate of ["", "text", root.privateKeyPem, damaged, root.der.toString()]) {
			const { status, body } = await upload(emulator, { certificate });
			assert.equal(status, 400);
			assert.equal(body.error?.code, "mtls_certificate_invalid");
			assert.equal(body.error?.param, "certificate");
		}
		assert.equal(emulator.state.certificates.length, 0);
	});

	it("refuses what expires within a day, to the second", async () => {
		const expiresAt = Math.floor(clock / 1000) * 1000 + 2 * DAY * 1000;
		const { pem } = await makeCertificate({ notAfter: new Date(expiresAt) });
		clock = expiresAt - DAY * 1000;
		const refused = await upload(emulator, { certificate: pem });
		assert.equal(refused.status, 400);
		assert.equal(refused.body.error?.code, "expired_certificate");
		clock -= 1000;
		assert.equal((await upload(emulator, { certificate: pem })).status, 200);
	});

	it("holds 50 certificates and refuses the next", async () => {
		for (let count = 0; count < 49; count += 1) emulator.state.put();
		assert.equal((await upload(emulator, { certificate: root.pem })).status, 200);
		assert.equal((await upload(emulator, { certificate: root.pem })).status, 400);
		emulator.switches.refusals.certificateLimit = { status: 409, code: "too_many" };
		const refused = await upload(emulator, { certificate: root.pem });
		assert.equal(refused.status, 409);
		assert.equal(refused.body.error?.code, "too_many");
		assert.equal(emulator.state.certificates.length, 50);
	});

	it("takes the same certificate twice, or refuses it", async () => {
		assert.equal((await upload(emulator, { certificate: root.pem })).status, 200);
		assert.equal((await upload(emulator, { certificate: root.pem })).status, 200);
		emulator.switches.duplicateCertificates = "refused";
		assert.equal((await upload(emulator, { certificate: `x\n${root.pem}` })).status, 400);
		assert.equal((await upload(emulator, { certificate: leaf.pem })).status, 200);
	});

	it("takes a name twice, or refuses it", async () => {
		assert.equal((await upload(emulator, { certificate: root.pem, name: "Root" })).status, 200);
		assert.equal((await upload(emulator, { certificate: root.pem, name: "Root" })).status, 200);
		emulator.switches.duplicateNames = "refused";
		const refused = await upload(emulator, { certificate: root.pem, name: "Root" });
		assert.equal(refused.status, 400);
		assert.equal(refused.body.error?.param, "name");
		assert.equal((await upload(emulator, { certificate: root.pem })).status, 200);
		assert.equal((await upload(emulator, { certificate: root.pem })).status, 200);
	});

	it("takes names of any length, or refuses long ones", async () => {
		assert.equal((await upload(emulator, { certificate: root.pem, name: "x".repeat(10_000) })).status, 200);
		emulator.switches.nameLimit = 3;
		assert.equal((await upload(emulator, { certificate: root.pem, name: "😀😀😀" })).status, 200);
		const refused = await upload(emulator, { certificate: root.pem, name: "four" });
		assert.equal(refused.status, 400);
		assert.equal(refused.body.error?.param, "name");
	});

	it("takes a leaf, or refuses it", async () => {
		assert.equal((await upload(emulator, { certificate: leaf.pem })).status, 200);
		emulator.switches.leafCertificates = "refused";
		assert.equal((await upload(emulator, { certificate: leaf.pem })).body.error?.code, "mtls_certificate_invalid");
		assert.equal((await upload(emulator, { certificate: root.pem })).status, 200);
	});

	it("takes a PEM of any length, or refuses a long one", async () => {
		const certificate = `${"#".repeat(20_000)}\n${root.pem}`;
		assert.equal((await upload(emulator, { certificate })).status, 200);
		emulator.switches.pemLimit = 16_384;
		assert.equal((await upload(emulator, { certificate })).body.error?.code, "mtls_certificate_invalid");
	});

	it("asks for the field `certificate`, or for `content`, and names what is wrong", async () => {
		const complaints = async (body: unknown) => {
			const reply = await upload(emulator, body);
			return [reply.status, reply.body.error?.code, reply.body.error?.param];
		};
		assert.deepEqual(await complaints({ content: root.pem }), [400, "unknown_parameter", "content"]);
		emulator.switches.uploadField = "content";
		assert.deepEqual(await complaints({ certificate: root.pem }), [400, "unknown_parameter", "certificate"]);
		emulator.switches.uploadComplaint = "missing";
		assert.deepEqual(await complaints({ certificate: root.pem }), [400, "missing_required_parameter", "content"]);
		assert.equal((await upload(emulator, { content: root.pem })).status, 200);
		assert.equal(emulator.state.certificates.length, 1);
	});

	it("names a wrong or extra field, and never its value", async () => {
		const canary = "canary-5f2c";
		const wrong: [unknown, string | null][] = [
			[{ certificate: root.pem, other: canary }, "other"],
			[{ certificate: root.pem, name: null }, "name"],
			[{ certificate: [canary] }, "certificate"],
			[{ name: canary }, "certificate"],
			[[], "certificate"],
			[canary, null],
			["null", null],
		];
		for (const [body, param] of wrong) {
			const reply = await upload(emulator, body);
			assert.equal(reply.status, 400);
			assert.equal(reply.body.error?.param, param);
			assert.ok(!JSON.stringify(reply.body).includes(canary));
		}
	});
});
