// The charts of the status page, drawn by uPlot.
import uPlot from './uplot.js';

const HEIGHT = 190;
/** Calls come in bursts: each point is the rate of so many samples. */
const RATE_SAMPLES = 5;

/** Two charts that follow the width of their places and the colours of the page. */
export function createCharts(headsPlace, callsPlace) {
  let shown = [];
  const heads = createChart(headsPlace, [
    // The wider one shows behind the other where both are at the same block.
    { ...line('unsafe', '--unsafe'), width: 3.5 },
    line('safe', '--safe'),
  ]);
  const calls = createChart(callsPlace, [area('calls/s', '--l1')]);
  const draw = (samples) => {
    shown = samples;
    heads.draw(headsData(samples));
    calls.draw(callsData(samples));
  };
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    heads.recolour();
    calls.recolour();
    draw(shown);
  });
  return { draw };
}

function headsData(samples) {
  return [
    samples.map(({ atMs }) => atMs / 1000),
    samples.map(({ unsafe }) => unsafe),
    samples.map(({ safe }) => safe),
  ];
}

function callsData(samples) {
  const rates = samples.map((sample, i) => {
    const before = samples[Math.max(0, i - RATE_SAMPLES)];
    const seconds = (sample.atMs - before.atMs) / 1000;
    return seconds === 0 ? null : Math.max(0, sample.l1Calls - before.l1Calls) / seconds;
  });
  return [samples.map(({ atMs }) => atMs / 1000), rates];
}

function line(label, colour) {
  return { label, colour, width: 1.5, points: { show: false } };
}

function area(label, colour) {
  return { ...line(label, colour), fills: true };
}

function createChart(place, series) {
  let plot;
  let data = [[], ...series.map(() => [])];
  const build = () => {
    plot?.destroy();
    plot = new uPlot(optionsOf(place, series), data, place);
  };
  build();
  new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: HEIGHT })).observe(
    place,
  );
  return {
    draw: (drawn) => {
      data = drawn;
      plot.setData(drawn);
    },
    recolour: build,
  };
}

function optionsOf(place, series) {
  const styles = getComputedStyle(document.documentElement);
  const colourOf = (name) => styles.getPropertyValue(name).trim();
  const axis = {
    stroke: colourOf('--muted'),
    grid: { stroke: colourOf('--line'), width: 1 },
    ticks: { show: false },
    font: '12px system-ui, sans-serif',
  };
  return {
    width: Math.max(200, place.clientWidth),
    height: HEIGHT,
    cursor: { y: false },
    scales: { y: { range: series.some(({ fills }) => fills) ? fromZero : aroundData } },
    axes: [
      { ...axis, space: 80, values: (_, times) => times.map(toClock) },
      {
        ...axis,
        size: (_, labels) => 16 + 7 * longest(labels),
        values: (_, all) => all.map(toText),
      },
    ],
    series: [
      { label: 'time', value: (_, time) => (time === null ? '–' : toClock(time)) },
      ...series.map(({ colour, fills, ...rest }) => ({
        ...rest,
        stroke: colourOf(colour),
        ...(fills ? { fill: `${colourOf(colour)}33` } : {}),
        value: (_, value) => (value === null ? '–' : toText(value)),
      })),
    ],
  };
}

function fromZero(_, least, most) {
  return [0, Math.max(1, most ?? 0) * 1.1];
}

/** Some air above and below, also where nothing moves. */
function aroundData(_, least, most) {
  if (least === null || most === null) return [0, 1];
  const air = Math.max((most - least) * 0.08, 0.5);
  return [Math.max(0, least - air), most + air];
}

function longest(labels) {
  return Math.max(4, ...(labels ?? []).map((label) => label.length));
}

function toText(value) {
  return value.toLocaleString('en-US', { maximumFractionDigits: 1 });
}

function toClock(time) {
  return new Date(time * 1000).toLocaleTimeString('en-GB');
}
