// A Chromium that looks at the page of henpin-lag, and the claims about it: a line each, as other suites print.
'use strict';
const fs = require('fs');
const path = require('path');
const puppeteer = require('puppeteer-core');

const AXE = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
exports.SIZES = { telephone: [360, 740, 2], desk: [1280, 900, 1], wall: [2560, 1440, 1] };

let failed = 0, passed = 0;
function claim(text, holds, seen) {
    console.log((holds ? 'ok - ' : 'not ok - ') + text);
    if (holds) passed++; else { failed++; console.log('# ' + JSON.stringify(seen)); }
}
exports.claim = claim;
const sleep = ms => new Promise(r => setTimeout(r, ms));

exports.until = async function until(holds, ms = 8000) {
    for (const end = Date.now() + ms; Date.now() < end; await sleep(100))
        if (await holds()) return true;
    return holds();
};

// What axe-core finds wrong with an open page.
exports.audit = async function audit(page) {
    await page.evaluate(AXE);
    const found = await page.evaluate(() => axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
    return found.violations.map(v => [v.id, v.nodes.map(n => n.target.join(' ') + ' ' + n.failureSummary)]);
};

exports.Browser = class Browser {
    static async start(chromium, out, origin) {
        const b = new Browser();
        Object.assign(b, { out, origin, complaints: [], strangers: [], isExpected: () => false });
        b.chromium = await puppeteer.launch({ executablePath: chromium, args: ['--no-sandbox', '--disable-gpu', '--lang=en-US'],
            userDataDir: path.join(out, 'profile') });
        return b;
    }
    async open(size, scheme, language) {
        const page = await this.chromium.newPage();
        const [width, height, deviceScaleFactor] = exports.SIZES[size];
        page.on('console', m => { if (['error', 'warning'].includes(m.type()) && !this.isExpected()) this.complaints.push(m.text()); });
        page.on('pageerror', e => this.complaints.push(String(e)));
        page.on('request', r => { if (!r.url().startsWith(this.origin) && !r.url().startsWith('data:')) this.strangers.push(r.url()); });
        await page.setViewport({ width, height, deviceScaleFactor });
        await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
        await page.evaluateOnNewDocument(l => localStorage.setItem('language', l), language);
        await page.goto(this.origin + '/');
        await page.waitForSelector('#ways article');
        return page;
    }
    // The last claims, the sum of all, and the end of the process.
    async end() {
        claim('the console has no error', this.complaints.length === 0, this.complaints);
        claim('nobody else is asked for anything', this.strangers.length === 0, this.strangers);
        await this.chromium.close();
        fs.rmSync(path.join(this.out, 'profile'), { recursive: true, force: true });
        console.log(`${passed} passed, ${failed} failed; pictures in ${this.out}`);
        process.exit(failed ? 1 : 0);
    }
};
