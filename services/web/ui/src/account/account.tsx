// The one who is signed in: role, password, the way out.
import { useState } from 'preact/hooks';
import { rpc } from '../api/client';
import { useAction } from '../base/action';
import { announce } from '../base/announce';
import { session, signIn, signOut, state as liveState } from '../base/live';
import { Button, Fact, Failure, Heading, Notice } from '../base/parts';
import { go } from '../base/router';
import { useStore } from '../base/store';

const ROLES = {
  viewer: 'may look at everything but secrets, and change nothing',
  operator: 'may change the configuration but for users and access, switch over and do maintenance',
  administrator: 'may do everything',
} as const;

export function Account() {
  const who = useStore(session);
  const state = useStore(liveState);
  const leaving = useAction();
  if (!who) return null;
  return (
    <>
      <Heading>Account</Heading>
      <dl class="facts card">
        <Fact name="User" value={who.user} />
        <Fact name="Role" value={`${who.role}: ${ROLES[who.role]}`} />
        <Fact name="Router" value={state ? `${state.node}, Trireme ${state.version}` : '–'} />
      </dl>
      <Failure of={leaving} />
      <p>
        <Button
          off={leaving.busy}
          onClick={() =>
            void leaving.run(async () => {
              await signOut();
              // Whoever signs in next begins at the beginning.
              go('overview');
            })
          }
        >
          Sign out
        </Button>
      </p>
      <ChangePassword user={who.user} />
    </>
  );
}

function ChangePassword({ user }: { user: string }) {
  const [old, setOld] = useState('');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [done, setDone] = useState(false);
  const action = useAction();
  const start = (): Promise<void> =>
    action.run(async () => {
      setDone(false);
      if (password !== again) throw new Error('The two new passwords are not the same.');
      await rpc('set-password', { user, password, old });
      // The old password's sessions end with it.
      await signIn(user, password);
      for (const clear of [setOld, setPassword, setAgain]) clear('');
      setDone(true);
      announce('The password is changed.');
    });
  return (
    <form
      class="card narrow"
      onSubmit={(event) => {
        event.preventDefault();
        void start();
      }}
    >
      <h2>Change your password</h2>
      <input
        class="unseen"
        type="text"
        autocomplete="username"
        tabIndex={-1}
        aria-hidden="true"
        readOnly
        value={user}
      />
      <Password name="Password now" value={old} autocomplete="current-password" onChange={setOld} />
      <Password name="New password" value={password} autocomplete="new-password" onChange={setPassword} />
      <Password name="New password again" value={again} autocomplete="new-password" onChange={setAgain} />
      <Failure of={action} title="Not changed" />
      {done && <Notice tone="good" title="The password is changed" />}
      <div class="buttons">
        <Button type="submit" class="main" off={action.busy || old === '' || password === ''}>
          {action.busy ? 'Working …' : 'Change'}
        </Button>
      </div>
    </form>
  );
}

interface PasswordProps {
  name: string;
  value: string;
  autocomplete: string;
  onChange: (value: string) => void;
}

function Password({ name, value, autocomplete, onChange }: PasswordProps) {
  return (
    <label class="field">
      {name}
      <input
        type="password"
        autocomplete={autocomplete}
        value={value}
        onInput={(e) => onChange(e.currentTarget.value)}
      />
    </label>
  );
}
