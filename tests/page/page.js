// The page of henpin-lag in Chromium, fed by sample.js: a line per claim, as other suites print. See run.
'use strict';
const fs = require('fs');
const http = require('http');
const path = require('path');
const { Browser, SIZES, audit, claim, until } = require('./browser.js');
const { EVIL, evil, sample } = require('./sample.js');

const [chromium, out] = process.argv.slice(2);
const PAGE = fs.readFileSync(path.join(__dirname, '../../services/lag/page.html'));

let answer = () => sample(); // what /lag.json says now; null: it is silent
function serve() {
    const server = http.createServer((request, response) => {
        if (request.url === '/lag.json') {
            const body = answer();
            if (!body) { request.socket.destroy(); return; }
            response.setHeader('content-type', 'application/json');
            response.end(JSON.stringify(body));
        } else {
            response.setHeader('content-type', 'text/html; charset=utf-8');
            response.end(PAGE);
        }
    });
    return new Promise(r => server.listen(0, '127.0.0.1', () => r(server)));
}

async function main() {
    const server = await serve(), origin = `http://127.0.0.1:${server.address().port}`;
    const browser = await Browser.start(chromium, out, origin);
    browser.isExpected = () => !answer(); // what the console says of a silent service
    const open = (size, scheme, language) => browser.open(size, scheme, language);

    for (const size of Object.keys(SIZES))
        for (const [scheme, language] of [['light', 'en'], ['dark', 'ja']]) {
            const page = await open(size, scheme, language), name = `${size}-${scheme}-${language}`;
            await page.screenshot({ path: path.join(out, name + '.png'), fullPage: size !== 'wall' });
            if (name === 'desk-light-en')
                await page.screenshot({ path: path.join(out, 'picture.png'), clip: { x: 0, y: 0, width: 1280, height: 1080 } });
            const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
            claim(`${name}: nothing is wider than the window`, wide <= 0, wide);
            await page.evaluate(() => document.querySelectorAll('details').forEach(d => { d.open = true; }));
            const violations = await audit(page);
            claim(`${name}: axe-core finds nothing`, violations.length === 0, violations);
            await page.close();
        }

    let page = await open('desk', 'light', 'en');
    const said = await page.evaluate(() => document.body.innerText);
    for (const text of ['STOP', 'STALL', 'REWIND', 'WARN', '91,234', 'never, at this speed', '¥3,412,900', '€4,120.50', 'event.field', 'return_address.jp', '5f1c9a7e02bd', 'henpin-returns', '(no leader)'])
        claim(`it shows ${text}`, said.includes(text), said);
    claim('each state has words and a sign beside its colour', await page.$$eval('#ways .state', all => all.every(e => e.textContent.trim().length > 1)));
    claim('a trend is told to those who do not see it', (await page.$eval('#ways svg', e => e.getAttribute('aria-label'))).includes('at most'));
    await page.focus('body');
    const stops = [];
    for (let i = 0; i < 12; i++) {
        await page.keyboard.press('Tab');
        stops.push(await page.evaluate(() => `${document.activeElement.id || document.activeElement.tagName} ${getComputedStyle(document.activeElement).outlineStyle}`));
    }
    claim('the keyboard reaches the buttons and the lists, and one sees where it is', stops[0] === 'language solid' && stops[1] === 'theme solid' &&
        stops.includes('SUMMARY solid'), stops);
    await page.focus('#ways summary');
    await page.keyboard.press('Enter');
    claim('and opens a list', await page.$eval('#ways details', d => d.open));

    // New numbers change texts in their places; nothing else moves.
    await page.evaluate(() => {
        window.removed = 0;
        new MutationObserver(all => all.forEach(m => m.removedNodes.forEach(n => { if (n.nodeType === 1) window.removed++; })))
            .observe(document.body, { childList: true, subtree: true });
        document.querySelectorAll('article').forEach((e, i) => { e.mark = i; });
    });
    answer = () => { const s = sample(); s.ways[3].lag = 77777; s.ways[3].partitions[0].lag = 77; return s; };
    claim('new numbers come by themselves', await until(() => page.evaluate(() => document.body.innerText.includes('77,777'))));
    claim('no element is made anew for them, and an open list stays open', await page.evaluate(() => window.removed === 0 &&
        [...document.querySelectorAll('article')].every((e, i) => e.mark === i) && document.querySelector('#ways details').open),
        await page.evaluate(() => window.removed));
    answer = () => { const s = sample(); s.ways.splice(0, 1); return s; };
    claim('a group that is gone goes', await until(() => page.$$eval('#ways article', a => a.length === 5)));

    answer = evil;
    claim('names with markup in them stay text', await until(() => page.evaluate(e => document.body.innerText.split(e).length > 5, EVIL)) &&
        await page.evaluate(() => !window.harmed && !document.querySelector('main img, main b')), await page.evaluate(() => document.body.innerText));

    // Old data is told: by the page's own watch, by the service, by what is silent behind it.
    const trouble = () => page.$eval('#trouble', e => e.hidden ? '' : e.textContent);
    answer = () => sample({ taken_at: new Date(Date.now() - 600e3).toISOString() });
    claim('data that is old says so', await until(async () => /data is 10 min/.test(await trouble())), await trouble());
    answer = () => sample({ kafka: { is_fresh: false, age_seconds: 95, error: 'x' } });
    claim('a silent Kafka is named', await until(async () => /Kafka has not answered for 1 min/.test(await trouble())), await trouble());
    answer = () => sample();
    claim('and when all is fresh nothing is said', await until(async () => await trouble() === ''), await trouble());
    answer = () => null;
    claim('a silent henpin-lag is told, and what was known stays', await until(async () => /does not answer/.test(await trouble())) &&
        (await page.$$('#ways article')).length === 6, await trouble());
    answer = () => sample();
    await until(async () => await trouble() === '');
    answer = () => sample({ ways: [way(null)] });
    claim('what is not known is called unknown', await until(() => page.evaluate(() => document.querySelectorAll('#ways article').length === 1 &&
        document.querySelector('#ways').innerText.includes('unknown'))), await page.evaluate(() => document.body.innerText));
    answer = () => sample({ ways: [], dead_letters: [], blockers: [], revisions: [] });
    claim('nothing at all is told, too', await until(() => page.evaluate(() => document.body.innerText.includes('No group has read anything yet'))));

    answer = () => sample();
    await until(() => page.$$eval('#ways article', a => a.length === 6));
    await page.click('#language');
    claim('Japanese is one click away', await page.evaluate(() => document.documentElement.lang === 'ja' && document.title === 'henpin: 遅れ' &&
        document.body.innerText.includes('待機中の記録') && !document.body.innerText.includes('Records waiting')));
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await ground();
    await page.click('#theme'); await page.click('#theme');
    claim('and so is the dark', await ground() !== light);
    await page.reload();
    await page.waitForSelector('#ways article');
    claim('the choice is kept', await ground() !== light);
    await page.close();

    await browser.end();
}

function way() { // of which nothing is known
    return { group: 'g', topic: 't', source: 'kafka', members: null, state: null, lag: null, lag_seconds: null, read_per_second: null,
        written_per_second: null, catch_up: null, retention_seconds: null, at_risk: null, open_at_risk: [], trend: [],
        partitions: [{ partition: 0, position: null, low: null, high: null, lag: null, lag_seconds: null, state: null, is_interpolated: false,
            trouble: null, lost: null, endangered: null, loss_in_seconds: null, read_per_second: null, written_per_second: null, moved_at: null }] };
}
main().catch(e => { console.log('not ok - ' + (e.stack || e)); process.exit(1); });
