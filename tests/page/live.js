// The page as a real henpin-lag serves it, over its own /lag.json: see live.py.
'use strict';
const path = require('path');
const { Browser, audit, claim, until } = require('./browser.js');

const [chromium, out, origin, EVIL] = process.argv.slice(2);
const HOSTILE = { group: '#ways', topic: '#ways', desk: '#risk', code: '#letters', blocker: '#blockers', revision: '#revisions' };

async function main() {
    const browser = await Browser.start(chromium, out, origin);
    const page = await browser.open('desk', 'light', 'en');
    const lag = () => page.evaluate(async () => (await fetch('lag.json')).json());
    const begin = Date.now();

    // Each number of a card is the one of /lag.json; what moves meanwhile is looked at again.
    const differing = async () => {
        const data = await lag();
        return page.evaluate(data => data.ways.map(way => {
            const name = `${way.group} ← ${way.topic}`;
            const card = [...document.querySelectorAll('#ways article')].find(a => a.querySelector('h3').textContent === name);
            if (!card) return `no card ${name}`;
            const shown = card.querySelector('dd').textContent, rows = card.querySelectorAll('tbody tr').length;
            const expected = way.lag === null ? 'unknown' : new Intl.NumberFormat('en').format(way.lag);
            const state = card.querySelector('.state').dataset.state;
            return shown === expected && state === (way.state || '') && rows === way.partitions.length ? null
                : `${name}: ${shown} ${state} ${rows}, expected ${expected} ${way.state} ${way.partitions.length}`;
        }).filter(x => x), data);
    };
    claim('every group and topic has its card, with its lag, state and partitions', await until(async () => (await differing()).length === 0, 20000), await differing());
    const tables = await page.evaluate(() => Object.fromEntries(['risk', 'letters', 'blockers', 'revisions'].map(id =>
        [id, [...document.querySelectorAll(`#${id} tbody tr`)].map(r => [...r.cells].map(c => c.textContent))])));
    const data = await lag();
    const told = { letters: data.dead_letters.map(d => d.code), blockers: data.blockers.map(b => b.blocker), revisions: data.revisions.map(r => r.program || 'recorded last') };
    for (const [id, names] of Object.entries(told))
        claim(`the table of ${id} has every line of /lag.json`, names.length > 0 && names.length === tables[id].length &&
            names.every(n => tables[id].some(r => r.includes(n))), [names, tables[id]]);
    claim('the worker that runs is named with its policy', tables.revisions.some(r => r[0] === 'henpin-orders' && r[1] === '1'), tables.revisions);
    claim('desks have deadlines and money at risk', tables.risk.length > 1 && tables.risk.every(r => /\d/.test(r[1])) && tables.risk.some(r => r[3].includes('¥')), tables.risk);
    for (const [what, where] of Object.entries(HOSTILE))
        claim(`a ${what} with markup in its name stays text`, await page.evaluate((w, e) => document.querySelector(w).innerText.includes(e), where, EVIL),
            await page.evaluate(w => document.querySelector(w).innerText, where));
    claim('and does nothing', await page.evaluate(() => !window.harmed && !document.querySelector('main img, main b')));
    const violations = await audit(page);
    claim('axe-core finds nothing', violations.length === 0, violations);
    // A point of the trend every half minute: a line needs two.
    const drawn = () => page.$$eval('#ways svg .records', all => all.filter(p => /^M.*L/.test(p.getAttribute('d') || '')).length);
    claim('after a minute the trends are drawn', await until(async () => await drawn() > 1, 75000 - (Date.now() - begin)), await drawn());
    await page.screenshot({ path: path.join(out, 'live.png'), fullPage: true });
    await browser.end();
}
main().catch(e => { console.log('not ok - ' + (e.stack || e)); process.exit(1); });
