// Beside the form of a pool: how its machines become real servers.
import { draft } from '../base/candidate';
import { listed } from '../base/format';
import { useStore } from '../base/store';
import { realServerWords } from './real-servers';

export function RealServerHelp({ pool }: { pool: string }) {
  const found = realServerWords(useStore(draft)?.content ?? {}, pool);
  if (found.length === 0) return null;
  return (
    <section class="real-server-help" aria-label="On the real servers">
      <h2>On the real servers</h2>
      <p class="help">
        Each machine of the pool has to send its answers the right way. <a href="/realserver.sh">realserver.sh</a> sets a
        Linux host up as root, says with <code>status</code> what is wrong, and takes all back with <code>undo</code>.{' '}
        <code>trireme service realserver</code> on a router also prints the script's checksum.
      </p>
      <pre class="code">
        {`curl -fsSk -o realserver.sh ${location.origin}/realserver.sh\n`}
        {found
          .map(({ words, services }) => `sh realserver.sh ${words}   # for ${listed(services)}\n`)
          .join('')}
      </pre>
    </section>
  );
}
