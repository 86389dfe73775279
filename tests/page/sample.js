// What henpin-lag may say, for the page's test: every state and trouble, every table filled.
'use strict';

const HOUR = 3600;

function trend(lags, ages) {
    const now = Math.floor(Date.now() / 1000);
    return lags.map((lag, i) => [now - (lags.length - 1 - i) * 30, lag, ages[i]]);
}
const steps = (n, f) => Array.from({ length: n }, (_, i) => f(i));

function partition(n, fields) {
    return { partition: n, position: 120000 + n, low: 0, high: 120000 + n, lag: 0, lag_seconds: 0, state: 'OK', is_interpolated: false,
        trouble: null, why: null, lost: 0, endangered: 0, loss_in_seconds: null, read_per_second: 41.5, written_per_second: 41.5,
        moved_at: new Date().toISOString(), ...fields };
}
function way(group, topic, fields) {
    return { group, topic, source: 'ledger', members: 2, state: 'OK', lag: 0, lag_seconds: 0, read_per_second: 83, written_per_second: 83,
        catch_up: { never: false, seconds: 0 }, retention_seconds: 7 * 24 * HOUR, at_risk: [], open_at_risk: [],
        partitions: [partition(0), partition(1)],
        trend: trend(steps(120, i => Math.round(20 + 12 * Math.sin(i / 4) + 6 * Math.sin(i * 2.3))), steps(120, i => 0.4 + 0.2 * Math.sin(i / 7) + 0.1 * Math.sin(i * 1.7))), ...fields };
}

exports.sample = function sample(changes = {}) {
    const now = new Date().toISOString();
    return {
        version: '0', now, taken_at: now, interval_seconds: 1, window_seconds: 120,
        kafka: { is_fresh: true, age_seconds: 0.4, error: null }, postgres: { is_fresh: true, age_seconds: 0.4, error: null }, facts_at: now, are_facts_fresh: true,
        ways: [
            way('connector-amazon', 'marketplace.raw', { source: 'kafka', members: null, state: null, catch_up: null,
                partitions: [partition(0, { state: null, is_interpolated: true }),
                    partition(1, { state: null, high: null, lag: null, lag_seconds: null, trouble: 'end unknown', why: 'no leader' })] }),
            way('henpin-inquiries', 'marketplace.inquiries', { state: 'STALL', lag: 412, lag_seconds: 2 * HOUR + 700, read_per_second: 0,
                written_per_second: 0.1, catch_up: { never: true, seconds: null },
                at_risk: [{ desk: 'inhouse-tokyo', deadlines: 37, money_minor: {} }, { desk: 'jumbo', deadlines: 9, money_minor: {} }],
                open_at_risk: [{ desk: 'inhouse-tokyo', deadlines: 4, first_at: now }],
                partitions: [partition(0, { state: 'STALL', lag: 412, lag_seconds: 2 * HOUR + 700, high: 120412 })],
                trend: trend(steps(120, i => Math.max(0, i - 30) * 4.6 | 0), steps(120, i => Math.sqrt(Math.max(0, i - 30)) * 800)) }),
            way('henpin-orders', 'marketplace.orders', {}),
            way('henpin-returns', 'marketplace.returns', { state: 'STOP', members: 0, lag: 91234, lag_seconds: 3 * 24 * HOUR + 4000,
                read_per_second: 0, written_per_second: 12.4, catch_up: { never: true, seconds: null },
                at_risk: [{ desk: 'inhouse-tokyo', deadlines: 812, money_minor: { JPY: 3412900 } },
                    { desk: 'intercultural-elements', deadlines: 55, money_minor: { EUR: 412050, GBP: 9900 } }],
                open_at_risk: [{ desk: 'warehouse-jp', deadlines: 12, first_at: now }],
                partitions: [partition(0, { state: 'STOP', lag: 45617, lag_seconds: 3 * 24 * HOUR + 4000, endangered: 1200, loss_in_seconds: 9 * HOUR }),
                    partition(1, { state: 'STOP', lag: 45617, lag_seconds: 3 * 24 * HOUR, trouble: 'records gone', lost: 530 }),
                    partition(2, { state: 'STOP', trouble: 'recreated' }), partition(3, { position: null, state: null, lag: 9, lag_seconds: 40 })],
                trend: trend(steps(120, i => i < 80 ? 89000 + i * 28 : null), steps(120, i => i < 80 ? 3000 + 3250 * i : null)) }),
            way('reports', 'marketplace.orders', { source: 'kafka', state: 'REWIND', lag: 1300, lag_seconds: 55, catch_up: { never: false, seconds: 340 } }),
            way('search-index', 'marketplace.orders', { source: 'kafka', state: 'WARN', lag: 5400, lag_seconds: 260, read_per_second: 60,
                catch_up: { never: true, seconds: null } }),
        ],
        dead_letters: [{ group: 'henpin-returns', code: 'event.field', count: 12, oldest_at: now }, { group: 'henpin-orders', code: 'frame.unknown', count: 1, oldest_at: now }],
        blockers: [{ blocker: 'return_address.jp', desk: 'inhouse-shenzhen', count: 4, oldest_at: now }, { blocker: 'branch.de', desk: 'inhouse-munich', count: 1, oldest_at: now }],
        parked: [],
        revisions: [{ program: 'henpin-orders', workers: 2, hash: '5f1c9a7e02bd44', label: '2026-11-20', id: 7, since: now },
            { program: 'henpin-returns', workers: 1, hash: '0b77d1a94c21ee', label: '2026-11-02', id: 6, since: now },
            { program: null, workers: null, hash: '5f1c9a7e02bd44', label: '2026-11-20', id: 7, since: now }],
        ...changes,
    };
};

// Names that would do harm as markup.
const EVIL = '<img src=x onerror="window.harmed=1"><b>"&amp;</b>';
exports.EVIL = EVIL;
exports.evil = function evil() {
    const s = exports.sample();
    s.ways[1].group = EVIL;
    s.ways[2].topic = EVIL;
    s.ways[1].at_risk[0].desk = EVIL;
    s.ways[1].at_risk[0].money_minor = { [EVIL]: 5 };
    s.dead_letters[0].code = EVIL;
    s.blockers[0].blocker = EVIL;
    s.revisions[0].label = EVIL;
    return s;
};
