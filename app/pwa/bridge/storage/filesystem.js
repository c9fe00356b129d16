// An Emscripten file system of a few fixed files, so that SQLite in Python reads and writes a store's files.
const DIRECTORY = 0o40700;
const FILE = 0o100600;

export function mount(python, point, open, prefix) {
  const { FS, ERRNO_CODES: E } = python;
  const fail = (code) => {
    throw new FS.ErrnoError(code);
  };
  // A full disk is the one failure that a person can mend, so it keeps its own number.
  const attempt = (work) => {
    try {
      return work();
    } catch (error) {
      return fail(error.name === "QuotaExceededError" ? E.ENOSPC : E.EIO);
    }
  };
  const fileOf = (name) => (name.startsWith(prefix) ? open.files.get(name.slice(prefix.length)) : undefined);
  const epoch = new Date(0);

  function makeNode(parent, name, file) {
    const node = FS.createNode(parent, name, file ? FILE : DIRECTORY, 0);
    node.node_ops = file ? fileOps : folderOps;
    node.stream_ops = file ? streamOps : { llseek: (_stream, offset) => offset };
    node.file = file;
    return node;
  }

  const getattr = (node) => {
    const size = node.file ? attempt(() => node.file.size()) : 4096;
    const fixed = { dev: 1, ino: node.id, mode: node.mode, nlink: 1, uid: 0, gid: 0, rdev: 0 };
    const times = { atime: epoch, mtime: epoch, ctime: epoch };
    return { ...fixed, ...times, size, blksize: 4096, blocks: Math.ceil(size / 4096) };
  };
  const fileOps = {
    getattr,
    setattr(node, attributes) {
      if (attributes.size !== undefined) attempt(() => node.file.truncate(attributes.size));
    },
  };
  const folderOps = {
    getattr,
    setattr() {},
    lookup(parent, name) {
      const file = fileOf(name);
      if (!file?.exists) fail(E.ENOENT);
      return makeNode(parent, name, file);
    },
    mknod(parent, name) {
      const file = fileOf(name);
      if (!file) fail(E.EPERM);
      file.exists = true;
      return makeNode(parent, name, file);
    },
    unlink(_parent, name) {
      const file = fileOf(name);
      attempt(() => file.truncate(0));
      file.exists = false;
    },
    readdir: () => [".", "..", ...[...open.files].filter(([, file]) => file.exists).map(([suffix]) => prefix + suffix)],
    rename: () => fail(E.EPERM),
    rmdir: () => fail(E.EPERM),
    symlink: () => fail(E.EPERM),
  };
  const view = (buffer, offset, length) => new Uint8Array(buffer.buffer, buffer.byteOffset + offset, length);
  const streamOps = {
    read: ({ node }, buffer, offset, length, at) => attempt(() => node.file.read(view(buffer, offset, length), at)),
    write({ node }, buffer, offset, length, at) {
      const written = attempt(() => node.file.write(view(buffer, offset, length), at));
      return written < length ? fail(E.ENOSPC) : written;
    },
    fsync: ({ node }) => attempt(() => node.file.sync()),
    llseek(stream, offset, whence) {
      const from = whence === 1 ? stream.position : whence === 2 ? stream.node.file.size() : 0;
      return from + offset < 0 ? fail(E.EINVAL) : from + offset;
    },
  };

  FS.mkdirTree(point);
  FS.mount({ mount: () => makeNode(null, "/", undefined) }, {}, point);
}
