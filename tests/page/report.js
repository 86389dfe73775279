// The printable report on manifests in Chromium, in English and Japanese: nothing overflows or is cut, on the screen and on paper; the
// letters have glyphs of a font that is made for them; the paper is A4. See run.
'use strict';
const fs = require('fs');
const path = require('path');
const puppeteer = require('puppeteer-core');

const [chromium, out] = process.argv.slice(2);
const PAPER = { width: Math.floor((297 - 24) / 25.4 * 96), height: Math.floor((210 - 24) / 25.4 * 96) }; // A4 across, less its margins

let failed = 0, passed = 0;
function claim(text, holds, seen) {
    console.log((holds ? 'ok - ' : 'not ok - ') + text);
    if (holds) passed++; else { failed++; console.log('# ' + JSON.stringify(seen)); }
}

// What is wider than its place, or hidden by it.
const overflowing = page => page.evaluate(() => [...document.querySelectorAll('body, h1, p, table, th, td')]
    .filter(e => e.scrollWidth > e.clientWidth + 1 && e.tagName !== 'TABLE' || e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .map(e => e.tagName + ': ' + e.innerText.slice(0, 40)));

async function fonts(page) { // of every cell: {family: glyphs}
    const client = await page.createCDPSession(), used = {};
    await client.send('DOM.enable');
    await client.send('CSS.enable');
    const { root } = await client.send('DOM.getDocument', { depth: -1 });
    const { nodeIds } = await client.send('DOM.querySelectorAll', { nodeId: root.nodeId, selector: 'h1, p, th, td' });
    for (const nodeId of nodeIds)
        for (const font of (await client.send('CSS.getPlatformFontsForNode', { nodeId })).fonts)
            used[font.familyName] = (used[font.familyName] || 0) + font.glyphCount;
    return used;
}

async function look(browser, language) {
    const page = await browser.newPage(), file = path.resolve(out, `report.${language}.html`);
    await page.setViewport({ width: 1280, height: 900 });
    await page.goto('file://' + file);
    claim(`${language}: it says its language`, await page.evaluate(() => document.documentElement.lang) === language);
    claim(`${language}: all groups of the year are there`, (await page.$$('tbody tr')).length === 70, (await page.$$('tbody tr')).length);
    let seen = await overflowing(page);
    claim(`${language}: nothing overflows on the screen`, seen.length === 0, seen);
    const used = await fonts(page), japanese = new Set(fs.readFileSync(path.join(out, 'fonts.ja'), 'utf8').split('\n'));
    const n = await page.evaluate(() => (document.body.innerText.match(/[\u3040-\u30ff\u4e00-\u9fff]/g) || []).length);
    const n_japanese = Object.keys(used).filter(f => japanese.has(f)).reduce((sum, f) => sum + used[f], 0);
    claim(`${language}: its ${n} Japanese letters have glyphs of a Japanese font`, n > 0 && n_japanese >= n * 0.95, used);

    await page.emulateMediaType('print');
    await page.setViewport(PAPER);
    seen = await overflowing(page);
    claim(`${language}: nothing overflows on paper`, seen.length === 0, seen);
    await page.screenshot({ path: path.join(out, `report.${language}.png`) });
    const paper = (await page.pdf({ path: path.join(out, `report.${language}.pdf`), preferCSSPageSize: true })).toString('latin1');
    const boxes = [...paper.matchAll(/\/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]/g)].map(b => [Math.round(b[1]), Math.round(b[2])]);
    claim(`${language}: printed, it is A4 across, on more pages than one`, boxes.length > 1 &&
        boxes.every(b => Math.abs(b[0] - 842) <= 1 && Math.abs(b[1] - 595) <= 1), boxes);
    await page.close();
}

async function main() {
    const browser = await puppeteer.launch({ executablePath: chromium, args: ['--no-sandbox', '--disable-gpu', '--lang=en-US'],
        userDataDir: path.join(out, 'profile') });
    for (const language of ['en', 'ja'])
        await look(browser, language);
    await browser.close();
    fs.rmSync(path.join(out, 'profile'), { recursive: true, force: true });
    console.log(`${passed} passed, ${failed} failed; pictures in ${out}`);
    process.exit(failed ? 1 : 0);
}
main().catch(e => { console.log('not ok - ' + (e.stack || e)); process.exit(1); });
