import { beforeEach, describe, expect, it, vi } from 'vitest';

import { Session, type Comm } from '../src/lab/session';
import { Sessions, TARGET, type Kernel } from '../src/lab/sessions';
import { snapshot, type Json } from './sample';

type OnOpen = Parameters<Kernel['registerCommTarget']>[1];

class FakeComm implements Comm {
  readonly sent: Json[] = [];
  readonly opened: unknown[] = [];
  onMsg: Comm['onMsg'] = () => undefined;
  onClose: Comm['onClose'] = () => undefined;

  open(data?: unknown): void {
    this.opened.push(data);
  }

  send(data: unknown): void {
    this.sent.push(data as Json);
  }

  receive(data: unknown): void {
    this.onMsg({ content: { data } });
  }
}

class FakeKernel implements Kernel {
  readonly comms: FakeComm[] = [];
  readonly interrupt = vi.fn(async () => undefined);
  isDisposed = false;
  registrations = 0;
  private onOpen: OnOpen = () => undefined;
  private readonly statusSlots: ((sender: unknown, status: string) => void)[] = [];
  private readonly disposedSlots: (() => void)[] = [];

  constructor(readonly id: string) {}

  readonly statusChanged = { connect: (slot: (sender: unknown, status: string) => void) => this.statusSlots.push(slot) };
  readonly disposed = { connect: (slot: () => void) => this.disposedSlots.push(slot) };

  createComm(target: string): FakeComm {
    expect(target).toBe(TARGET);
    const comm = new FakeComm();
    this.comms.push(comm);
    return comm;
  }

  registerCommTarget(target: string, callback: OnOpen): void {
    expect(target).toBe(TARGET);
    this.registrations++;
    this.onOpen = callback;
  }

  opens(session: unknown): FakeComm {
    const comm = new FakeComm();
    this.onOpen(comm, { content: { data: { session, snapshot: snapshot() } } });
    return comm;
  }

  turns(status: string): void {
    this.statusSlots.forEach(slot => slot(this, status));
  }

  dispose(): void {
    this.isDisposed = true;
    this.disposedSlots.forEach(slot => slot());
  }
}

describe('Session', () => {
  let comm: FakeComm;
  let session: Session;

  beforeEach(() => {
    comm = new FakeComm();
    session = new Session(comm, async () => undefined);
  });

  it('is live from its first snapshot on', () => {
    const changed = vi.fn();
    session.onChange(changed);
    expect(session.isLive).toBe(false);
    comm.receive({ snapshot: snapshot() });
    expect(session.isLive).toBe(true);
    expect(session.snapshot).toEqual(snapshot());
    expect(changed).toHaveBeenCalledTimes(1);
  });

  it('brings each answer to its question', async () => {
    const [first, second] = [session.call('score', { text: 'a' }), session.call('stop')];
    const [one, two] = comm.sent as [Json, Json];
    expect(one).toMatchObject({ cmd: 'score', text: 'a' });
    expect(two.id).not.toBe(one.id);
    comm.receive({ re: two.id, ok: true });
    comm.receive({ re: one.id, error: 'no' });
    expect(await first).toMatchObject({ error: 'no' });
    expect(await second).toMatchObject({ ok: true });
  });

  it('ignores answers to questions of other windows, and other messages', () => {
    comm.receive({ re: -1, ok: true });
    comm.receive(null);
    comm.receive('text');
    comm.receive({});
    expect(session.isLive).toBe(false);
  });

  it('fails what is open when it ends, and what comes after, but keeps the snapshot', async () => {
    comm.receive({ snapshot: snapshot() });
    const open = session.call('score');
    comm.onClose({});
    await expect(open).rejects.toThrow('ended before');
    await expect(session.call('stop')).rejects.toThrow('run the cell again');
    expect([session.isLive, session.snapshot]).toEqual([false, snapshot()]);
  });
});

describe('Sessions', () => {
  let sessions: Sessions;
  let kernel: FakeKernel;

  beforeEach(() => {
    sessions = new Sessions();
    kernel = new FakeKernel('k1');
    sessions.greet(kernel);
  });

  it('takes a search that the kernel opens', () => {
    const opened = vi.fn();
    sessions.onOpened(opened);
    const comm = kernel.opens('abc');
    expect(opened).toHaveBeenCalledWith('abc');
    expect(sessions.get('abc')?.isLive).toBe(true);
    expect(comm.opened).toEqual([]);
  });

  it('ignores an opening without a key', () => {
    kernel.opens(undefined);
    expect(sessions.get('undefined')).toBeUndefined();
  });

  it('registers once for each kernel', () => {
    sessions.greet(kernel);
    expect(kernel.registrations).toBe(1);
  });

  it('asks for a search once, however many outputs show it', () => {
    sessions.ask(kernel, 'abc');
    sessions.ask(kernel, 'abc');
    expect(kernel.comms.map(comm => comm.opened)).toEqual([[{ session: 'abc' }]]);
    kernel.comms[0]!.receive({ snapshot: snapshot() });
    expect(sessions.get('abc')?.isLive).toBe(true);
  });

  it('does not ask for a search that the kernel has opened, nor again after a refusal', () => {
    kernel.opens('abc');
    sessions.ask(kernel, 'abc');
    sessions.ask(kernel, 'gone');
    kernel.comms[0]!.onClose({});
    sessions.ask(kernel, 'gone');
    expect(kernel.comms).toHaveLength(1);
  });

  it('asks another kernel', () => {
    sessions.ask(kernel, 'abc');
    const other = new FakeKernel('k2');
    sessions.ask(other, 'abc');
    expect(other.comms).toHaveLength(1);
  });

  it.each(['restarting', 'autorestarting', 'dead', 'terminating'])('ends the searches of a kernel that is %s', status => {
    kernel.opens('abc');
    kernel.turns('busy');
    expect(sessions.get('abc')?.isLive).toBe(true);
    kernel.turns(status);
    expect(sessions.get('abc')?.isLive).toBe(false);
  });

  it('ends the searches of a kernel that is gone, and of no other', () => {
    const other = new FakeKernel('k2');
    sessions.greet(other);
    kernel.opens('abc');
    other.opens('def');
    kernel.dispose();
    expect(sessions.get('abc')?.isLive).toBe(false);
    expect(sessions.get('def')?.isLive).toBe(true);
    sessions.ask(kernel, 'abc');
    expect(kernel.comms).toHaveLength(0);
  });

  it('lists the searches of a kernel that have told of themselves, the newest first', () => {
    const other = new FakeKernel('k2');
    sessions.greet(other);
    kernel.opens('abc');
    other.opens('def');
    kernel.opens('ghi');
    sessions.ask(kernel, 'unknown');
    expect(sessions.of('k1').map(({ key }) => key)).toEqual(['ghi', 'abc']);
    expect(sessions.of('k2')[0]?.session).toBe(sessions.get('def'));
    kernel.turns('restarting');
    expect(sessions.of('k1')).toEqual([]);
  });

  it('tells of every change', () => {
    const changed = vi.fn();
    const off = sessions.onChange(changed);
    const comm = kernel.opens('abc');
    expect(changed).toHaveBeenCalledTimes(1);
    comm.receive({ snapshot: snapshot() });
    expect(changed).toHaveBeenCalledTimes(2);
    kernel.turns('restarting');
    expect(changed.mock.calls.length).toBeGreaterThan(2);
    changed.mockClear();
    off();
    kernel.opens('def');
    expect(changed).not.toHaveBeenCalled();
  });

  it('interrupts the kernel of the search', async () => {
    kernel.opens('abc');
    await sessions.get('abc')?.interrupt();
    expect(kernel.interrupt).toHaveBeenCalledTimes(1);
  });
});
