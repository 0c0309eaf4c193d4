import { ConfigError } from '../base/errors.ts';
import type { SequencerParts } from '../node/nodeOptions.ts';
import { createConductor } from '../sequencer/conductor.ts';
import { fileMemory, NO_MEMORY } from '../sequencer/memory.ts';
import type { Conductor, SequencerEvents } from '../sequencer/ports.ts';
import { createHttpClient } from '../transport/http.ts';
import type { GoFlagValues } from './goFlags.ts';
import { type CliIo, pathArgument } from './io.ts';
import { isHttpUrl, wrongUrl } from './values.ts';

/**
 * What the flags say of sequencing; undefined for a verifier.
 *
 * @throws ConfigError where flags contradict each other.
 */
export function sequencerOfFlags(
  values: GoFlagValues,
  io: CliIo,
): ((events: SequencerEvents) => SequencerParts) | undefined {
  const hasConductor = values.isSet('conductor.enabled');
  const statePath = values.text('rpc.admin-state');
  if (!values.isSet('sequencer.enabled')) {
    if (!hasConductor) return undefined;
    throw new ConfigError('conductor.enabled', 'it on a verifier', '--sequencer.enabled with it');
  }
  if (hasConductor && statePath !== undefined) {
    const accepted = 'only one of --rpc.admin-state and --conductor.enabled';
    throw new ConfigError('rpc.admin-state', 'both', accepted);
  }
  const conductor = hasConductor ? conductorOf(values) : undefined;
  const memory = statePath === undefined ? NO_MEMORY : fileMemory(pathArgument(statePath, io));
  const sealingDurationMs = values.durationMs('sequencer.sealing-duration');
  return (events) => ({
    conductor,
    memory,
    events,
    // Nobody to tell: peers come with the peer-to-peer network.
    publish: () => {},
    options: {
      confirmations: values.integer('sequencer.l1-confs'),
      maxSafeLag: values.integer('sequencer.max-safe-lag'),
      sealingDurationMs: sealingDurationMs === 0 ? DEFAULT_SEALING_MS : sealingDurationMs,
      isStopped: values.isSet('sequencer.stopped'),
      isRecovering: values.isSet('sequencer.recover'),
    },
  });
}

const DEFAULT_SEALING_MS = 50;

function conductorOf(values: GoFlagValues): Conductor {
  const text = values.requiredText('conductor.rpc');
  if (!isHttpUrl(text)) {
    throw new ConfigError('conductor.rpc', wrongUrl(text), 'a URL with http or https');
  }
  const timeoutMs = values.durationMs('conductor.rpc-timeout');
  return createConductor(createHttpClient({ url: new URL(text), timeoutMs }));
}
