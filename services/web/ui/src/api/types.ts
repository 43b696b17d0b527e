// What the API says, as TypeScript sees it: state (module trireme-api), documents and the model's description of them.

/** JSON of a document (RFC 7951). */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [member: string]: Json | undefined;
}

export type Role = 'viewer' | 'operator' | 'administrator';
export type Health = 'up' | 'down' | 'unknown';
export type AdminState = 'enabled' | 'drain' | 'disabled';

/** 64-bit counters are texts (RFC 7951 section 6.1). */
export type Counter = string;

export interface Member {
  name: string;
  id: number;
  role: 'router' | 'witness';
  present: boolean;
  fit: boolean;
  standby: boolean;
  reason?: string;
}

export interface Alias {
  label: string;
  address: string;
}

export interface Ipv6Alias {
  address: string;
  port: string;
}

/** What a member is for a group. */
export interface GroupMember {
  name: string;
  /** Left out: it is not on the ring. */
  role?: string;
  reason?: string;
}

export interface Group {
  name: string;
  owner?: string;
  role?: string;
  epoch?: Counter;
  /** Milliseconds, of the node that is asked. */
  'lease-left'?: number;
  member?: GroupMember[];
  alias?: Alias[];
  'ipv6-alias'?: Ipv6Alias[];
}

export interface RealServer {
  name: string;
  address: string;
  port?: number;
  weight: number;
  health: Health;
  'admin-state': AdminState;
  'in-use': boolean;
  active?: number;
  inactive?: number;
  connections?: Counter;
  'packets-in'?: Counter;
  'packets-out'?: Counter;
  'bytes-in'?: Counter;
  'bytes-out'?: Counter;
  reason?: string;
}

export interface Service {
  name: string;
  address?: string;
  /** 0: several. */
  port?: number;
  /** All of them, as "20-21,80". */
  ports?: string;
  protocol?: string;
  method: string;
  scheduler: string;
  datapath?: 'ipvs' | 'xdp';
  'datapath-reason'?: string;
  applied: boolean;
  'real-server'?: RealServer[];
}

/** A table of connections of the router's own data path. */
export interface FlowTable {
  family: 'ipv4' | 'ipv6';
  flows: number;
  /** Clients that persistence keeps at their real servers. */
  templates: number;
  room: number;
}

/** The router's own data path (XDP), of the node that is asked. */
export interface DataPath {
  'half-open': number;
  'half-open-max': number;
  /** Bytes. */
  memory: Counter;
  expired: Counter;
  gone: Counter;
  table?: FlowTable[];
  reason?: { name: string; description: string; packets: Counter }[];
}

/** Another router, as the node that is asked sees it. */
export interface SyncRouter {
  name: string;
  present: boolean;
  /** It has all connections of the node that is asked. */
  complete: boolean;
  /** The node that is asked has all of its. */
  whole: boolean;
  /** Milliseconds. */
  lag: Counter;
  records: Counter;
  messages: Counter;
  missed: Counter;
  stale: Counter;
  unknown: Counter;
  'no-room': Counter;
  'wrong-key': Counter;
}

/** What routers tell each other of connections. */
export interface Synchronisation {
  synchronised: boolean;
  records: Counter;
  messages: Counter;
  bytes: Counter;
  'events-lost': Counter;
  'full-transfers': Counter;
  repeated: Counter;
  unsent: Counter;
  refused: Counter;
  router?: SyncRouter[];
}

export interface DataSource {
  name: string;
  type: string;
  address: string;
  port?: number;
  state: Health;
  /** Milliseconds in this state. */
  for?: Counter | number;
  reason?: string;
  consumer?: string[];
}

export interface Configuration {
  revision: number;
  time?: string;
  author?: string;
  comment?: string;
  current: boolean;
  local: boolean;
  replication?: string;
  /** A revision that goes back by itself; `remaining` in seconds. */
  confirm?: { revision: number; remaining: number; /** This node has gone back already. */ reverted?: boolean };
}

export interface Revision {
  number: number;
  time: string;
  author: string;
  comment?: string;
  kind: string;
  state?: string;
  id: string;
}

export interface State {
  node: string;
  version: string;
  quorum: 'yes' | 'no' | 'unknown' | 'forced';
  ring?: string;
  session?: { user: string; role: Role };
  member?: Member[];
  group?: Group[];
  service?: Service[];
  'data-source'?: DataSource[];
  datapath?: DataPath;
  synchronisation?: Synchronisation;
  configuration?: Configuration;
  revision?: Revision[];
  /** Daemons that did not answer: what they know is missing. */
  unavailable?: { part: string; reason?: string }[];
}

/** What is told to who has not signed in. */
export interface Hello {
  node?: string;
  /** There is a user who can sign in. */
  users?: boolean;
}

/** What the model says of one node (RPC `describe`). */
export interface ModelNode {
  name?: string;
  kind?: 'container' | 'list' | 'leaf' | 'leaf-list';
  help?: string;
  mandatory?: boolean;
  presence?: boolean;
  keys?: string[];
  type?: 'number' | 'enumeration' | 'boolean' | 'string';
  /** The values that it can have, in words. */
  allowed?: string;
  units?: string;
  default?: string;
  secret?: boolean;
  /** Only administrators see and change it and what is below. */
  restricted?: boolean;
  min?: number;
  max?: number;
  values?: { name: string; help?: string }[];
  /** Path of the values that it can have. */
  reference?: string;
  /** Where it holds at all, in words. */
  condition?: string;
  /** The choices that it stands in, the outermost first. */
  choices?: { choice: string; case: string }[];
  children?: ModelNode[];
}

export interface MappingLine {
  line: number;
  key?: string;
  verdict: 'mapped' | 'dropped' | 'warning' | 'error';
  text: string;
  path?: string;
}
