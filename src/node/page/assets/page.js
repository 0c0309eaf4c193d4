// The status page: takes snapshots as server-sent events and shows them.

/** A stream that says nothing for so long is taken for dead. */
const SILENCE_MS = 10_000;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 5_000;

const PHASES = {
  findingHeads: 'Finding the heads',
  deriving: 'Deriving',
  atL1Head: 'In step with L1',
  halted: 'Halted',
};

/** The newest snapshot, and what to add to this device's clock to have the node's. */
let snapshot;
let clockOffsetMs = 0;
let samples = [];
let charts;

connect(FIRST_RETRY_MS);
setInterval(render, 1_000);
void addCharts();

/** Listens until the stream is lost, then tries again, later each time. */
function connect(retryMs) {
  const stream = new EventSource('/events');
  let nextRetryMs = retryMs;
  let silence = setTimeout(lose, SILENCE_MS);
  const heard = () => {
    clearTimeout(silence);
    silence = setTimeout(lose, SILENCE_MS);
    nextRetryMs = FIRST_RETRY_MS;
    showConnection('live', 'live');
  };
  function lose() {
    clearTimeout(silence);
    stream.close();
    showConnection('lost', 'disconnected, retrying');
    setTimeout(() => connect(Math.min(2 * nextRetryMs, LONGEST_RETRY_MS)), nextRetryMs);
  }
  stream.addEventListener('history', ({ data }) => {
    samples = JSON.parse(data);
    charts?.draw(samples);
    heard();
  });
  stream.addEventListener('snapshot', ({ data }) => {
    take(JSON.parse(data));
    heard();
  });
  stream.addEventListener('error', lose);
}

/** The rest of the page does without them. */
async function addCharts() {
  const { createCharts } = await import('./charts.js');
  charts = createCharts(byId('chart-heads'), byId('chart-calls'));
  charts.draw(samples);
}

function take(taken) {
  // Another version brings another page.
  if (snapshot !== undefined && snapshot.version !== taken.version) location.reload();
  snapshot = taken;
  clockOffsetMs = taken.nowMs - Date.now();
  const { sample } = taken;
  if (sample !== null && (samples.at(-1)?.atMs ?? 0) < sample.atMs) {
    samples.push(sample);
    if (samples.length > 600) samples.shift();
    charts?.draw(samples);
  }
  render();
}

function showConnection(state, words) {
  if (document.body.dataset.connection === state) return;
  document.body.dataset.connection = state;
  byId('connection').textContent = words;
}

function render() {
  if (snapshot === undefined) return;
  const nowMs = Date.now() + clockOffsetMs;
  showChain(snapshot, nowMs);
  showWhy(snapshot, nowMs);
  for (const [name, head] of Object.entries(snapshot.heads)) showHead(name, head, nowMs);
  showFigures(snapshot);
  showPipeline(snapshot);
  showBlocks(snapshot.blocks, nowMs);
  showDrops(snapshot.drops);
  showCalls(snapshot.l1Calls);
}

function showChain({ chain, role, version }, nowMs) {
  const { name, l1ChainId, l2ChainId, fork, nextFork } = chain;
  setText('chain-name', name ?? `chain ${l2ChainId}`);
  setText('chain-ids', `${name === null ? '' : `chain ${l2ChainId} `}on L1 ${l1ChainId}`);
  const inWords = (time) => toAge(Number(time) * 1000 - nowMs);
  const next = nextFork === null ? '' : `, ${nextFork.name} in ${inWords(nextFork.time)}`;
  setText('fork', `${fork}${next}`);
  setText('role', role);
  setText('version', version);
  document.title = `${name ?? `chain ${l2ChainId}`} · headwater`;
}

function showWhy({ chain, why, sync, heads }, nowMs) {
  const troubled = why.waits.some(({ lastError }) => lastError !== null);
  const calm = why.phase === 'atL1Head' ? 'good' : 'busy';
  const mood = why.phase === 'halted' ? 'bad' : troubled ? 'warn' : calm;
  setData(byId('why'), 'mood', mood);
  setText('phase', PHASES[why.phase] ?? why.phase);
  setText('summary', why.summary);
  const progress = byId('progress');
  const { l1Current, l1Head } = heads;
  const isBehind = l1Current !== null && l1Head !== null && !isAtTip(why, sync);
  progress.hidden = !isBehind;
  if (isBehind) {
    const all = Math.max(1, l1Head.number - chain.l1Genesis);
    progress.value = (l1Current.number - chain.l1Genesis) / all;
  }
  const rows = why.waits.map((wait) => [
    { text: wait.name, name: 'strong' },
    { text: toAge(nowMs - wait.sinceMs), name: 'number' },
    { text: toCount(wait.tries), name: 'number' },
    { text: wait.lastError ?? '–' },
    { text: nextAction(wait, nowMs), name: 'wide' },
  ]);
  fillTable('waits', rows);
}

/** Nothing is left to read, or only what came while the last blocks were read. */
function isAtTip(why, sync) {
  return why.phase === 'atL1Head' || (sync.l1Left !== null && sync.l1Left <= 3);
}

function nextAction({ nextAction: action, nextActionAtMs }, nowMs) {
  if (nextActionAtMs === null) return action;
  return nextActionAtMs > nowMs
    ? `${action} in ${toAge(nextActionAtMs - nowMs)}`
    : `${action}, which is going on`;
}

function showHead(name, head, nowMs) {
  const isL1 = name.startsWith('l1');
  const unknown = [{ text: 'unknown', name: 'height' }];
  const lag = head?.behind > 0 ? `${toCount(head.behind)} behind` : '';
  const cells =
    head === null
      ? unknown
      : [
          { text: toCount(head.number), name: 'height' },
          { text: toShort(head.hash), title: head.hash, name: 'code' },
          { text: `${toAge(nowMs - head.time * 1000)} old` },
          { text: isL1 ? lag : `origin ${toCount(head.l1Origin)}` },
          { text: isL1 ? '' : lag },
        ];
  const tile = byId(`head-${name}`);
  const shown = cells.filter(({ text }) => text !== '');
  fit(tile, shown.length + 1, 'dd');
  shown.forEach((cell, i) => setCell(tile.children[i + 1], cell));
}

function showFigures({ sync, l1Calls, resets, why, unsafeWaiting, drops, pipeline }) {
  const left = isAtTip(why, sync) ? 0 : sync.secondsLeft;
  const unknown = sync.l1PerSecond === null ? '…' : 'not coming nearer';
  const reset = resets.last === null ? '' : ` (${resets.last.reason})`;
  const figures = [
    ['time left', left === 0 ? 'at the tip' : left === null ? unknown : toAge(left * 1000)],
    ['L1 blocks left', toCount(sync.l1Left)],
    ['L2 blocks/s', toRate(sync.l2PerSecond)],
    ['L1 blocks/s', toRate(sync.l1PerSecond)],
    ['L1 calls/s', toRate(sync.l1CallsPerSecond)],
    ['calls per L1 block', toRate(l1Calls.perL1Block)],
    ['batches read', toCount(pipeline?.read.batches ?? null)],
    ['dropped', toCount(drops.count)],
    ['unsafe queued', toCount(unsafeWaiting)],
    ['resets', `${toCount(resets.count)}${reset}`],
    ['L1 reorgs', toCount(resets.l1Reorgs)],
  ];
  const list = byId('figures');
  fit(list, figures.length, 'div');
  figures.forEach(([name, value], i) => {
    fit(list.children[i], 2, 'dt', 'dd');
    setCell(list.children[i].children[0], { text: name });
    setCell(list.children[i].children[1], { text: value });
  });
}

function showPipeline({ pipeline, heads }) {
  const stages = pipeline === null ? [] : stagesOf(pipeline, heads);
  const list = byId('stages');
  fit(list, stages.length, 'li');
  stages.forEach(({ name, value, note, busy }, i) => {
    const item = list.children[i];
    setData(item, 'busy', String(busy));
    fit(item, 3, 'span', 'b', 'span');
    [name, value, note].forEach((text, at) => setCell(item.children[at], { text }));
  });
  const { open = [], timeoutL1Blocks = null } = pipeline?.channels ?? {};
  byId('channels-panel').hidden = open.length === 0;
  const rows = open.map((channel) => [
    { text: toShort(channel.id), title: channel.id, name: 'code' },
    { text: `${channel.frames}${channel.hasEnd ? ', closed' : ''}`, name: 'number' },
    { text: toSize(channel.sizeBytes), name: 'number' },
    { text: toCount(channel.openedL1), name: 'number wide' },
    {
      text: `${channel.ageL1Blocks} of ${timeoutL1Blocks}`,
      meter: channel.ageL1Blocks / timeoutL1Blocks,
      name: 'tight',
    },
  ]);
  fillTable('channels', rows);
}

function stagesOf({ l1, dataItemsLeft, framesQueued, channels, reading, batches }, heads) {
  const [oldest] = channels.open;
  const { waiting, span } = batches;
  const age = oldest && `oldest ${oldest.ageL1Blocks} of ${channels.timeoutL1Blocks} L1 blocks`;
  const read = reading && `${toSize(reading.readBytes)} of ${toSize(reading.sizeBytes)}`;
  const left = span && `span: ${toCount(span.left)} of ${toCount(span.of)} left`;
  return [
    stage('L1 block', toCount(l1.number), `${l1.fedAhead} fed ahead`, l1.fedAhead > 0),
    stage('Inbox data', toCount(dataItemsLeft), 'calldata and blobs left', dataItemsLeft > 0),
    stage('Frames', toCount(framesQueued), 'queued', framesQueued > 0),
    stage(
      'Channels',
      toCount(channels.count),
      oldest ? `${toSize(channels.sizeBytes)}, ${age}` : 'being filled',
      channels.count > 0,
    ),
    stage(
      'Channel read',
      reading ? toShort(reading.id) : 'none',
      reading ? `${read}, ${reading.compression}, batch ${reading.batchIndex}` : 'complete, open',
      reading !== null,
    ),
    stage('Batches', toCount(waiting), left ?? 'waiting', waiting > 0 || span !== null),
    stage('Safe head', toCount(heads.safe?.number ?? null), 'in the engine', false),
  ];
}

function stage(name, value, note, busy) {
  return { name, value, note, busy };
}

function showBlocks(blocks, nowMs) {
  const rows = blocks.map((block) => [
    { text: toCount(block.number), name: 'number strong' },
    { text: toShort(block.hash), title: block.hash, name: 'code' },
    { text: toAge(nowMs - block.time * 1000), name: 'number' },
    { text: toCount(block.transactions), name: 'number' },
    { text: toCount(block.gasUsed), name: 'number wide' },
    { text: `${toCount(block.l1Origin)} +${block.sequenceNumber}`, name: 'number wide' },
    { text: block.source, source: block.source },
  ]);
  fillTable('blocks', rows);
}

function showDrops({ count, byReason, recent }) {
  setText('drops-count', count === 0 ? '' : toCount(count));
  const list = byId('drop-reasons');
  fit(list, byReason.length, 'li');
  byReason.forEach(({ reason, count: times }, i) => {
    setCell(list.children[i], { text: `${reason} ${toCount(times)}` });
  });
  const rows = recent.map((drop) => [
    { text: drop.reason, name: 'strong' },
    { text: drop.subject, name: 'wide' },
    { text: toCount(drop.l1Number), title: drop.l1Hash, name: 'number' },
    { text: whereOf(drop), title: drop.txHash ?? drop.channelId ?? '', name: 'wide tight' },
    { text: drop.message },
  ]);
  fillTable('drops', rows);
}

function whereOf({ position, channelId }) {
  const channel = channelId === null ? [] : [`channel ${channelId.slice(0, 10)}`];
  return [...(position === '' ? [] : [position]), ...channel].join(', ') || '–';
}

function showCalls({ total, requests, failures, methods, endpoints }) {
  const failed = failures === 0 ? '' : `, ${toCount(failures)} failed`;
  setText('calls-count', `${toCount(total)} in ${toCount(requests)} requests${failed}`);
  const byMethod = methods.map(({ method, count }) => [
    { text: method, name: 'code' },
    { text: toCount(count), name: 'number' },
    { text: `${Math.round((100 * count) / total)}%`, meter: count / total, name: 'tight' },
  ]);
  fillTable('methods', byMethod);
  const byEndpoint = endpoints.map(({ name, calls, failures: lost }) => [
    { text: name, name: 'code' },
    { text: toCount(calls), name: 'number' },
    { text: toCount(lost), name: 'number' },
  ]);
  fillTable('endpoints', byEndpoint);
}

/** Fills a table's body; the table and the note that it is empty take turns. */
function fillTable(id, rows) {
  const body = byId(id);
  const table = document.getElementById(`${id}-table`);
  if (table !== null) {
    table.hidden = rows.length === 0;
    byId(`no-${id}`).hidden = rows.length > 0;
  }
  fit(body, rows.length, 'tr');
  rows.forEach((cells, i) => {
    fit(body.children[i], cells.length, 'td');
    cells.forEach((cell, at) => setCell(body.children[i].children[at], cell));
  });
}

/** Gives `parent` exactly `count` children; those that stay keep focus and selection. */
function fit(parent, count, ...tags) {
  while (parent.childElementCount > count) parent.lastElementChild.remove();
  while (parent.childElementCount < count) {
    const tag = tags[Math.min(parent.childElementCount, tags.length - 1)];
    parent.append(document.createElement(tag));
  }
}

/** Texts come from L1 and from servers: they are only ever set as text. */
function setCell(element, { text, title = '', name = '', source = '', meter }) {
  if (element.className !== name) element.className = name;
  if (element.title !== title) element.title = title;
  setData(element, 'source', source);
  if (meter === undefined) {
    if (element.textContent !== text) element.textContent = text;
    return;
  }
  if (element.firstElementChild === null) {
    element.replaceChildren(document.createElement('meter'), document.createTextNode(''));
    element.firstElementChild.setAttribute('aria-hidden', 'true');
  }
  element.firstElementChild.value = meter;
  element.lastChild.data = text;
}

function setText(id, text) {
  const element = byId(id);
  if (element.textContent !== text) element.textContent = text;
  element.hidden = text === '';
}

function setData(element, key, value) {
  if ((element.dataset[key] ?? '') !== value) element.dataset[key] = value;
}

function byId(id) {
  return document.getElementById(id);
}

function toCount(count) {
  return count === null ? '–' : count.toLocaleString('en-US');
}

function toRate(perSecond) {
  if (perSecond === null) return '–';
  if (perSecond >= 100) return toCount(Math.round(perSecond));
  return perSecond.toFixed(perSecond >= 10 ? 1 : 2);
}

function toSize(bytes) {
  if (bytes < 1_000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function toShort(hash) {
  return hash.length <= 14 ? hash : `${hash.slice(0, 8)}…${hash.slice(-4)}`;
}

function toAge(ms) {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48
    ? `${hours} h ${minutes % 60} min`
    : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
