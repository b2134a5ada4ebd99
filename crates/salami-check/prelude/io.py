"""io.BytesIO: bytes with a position."""


class BytesIO:
    def __init__(self, initial_bytes: bytes = b""):
        self.data = initial_bytes
        self.place = 0
        self.closed = False

    def check_open(self):
        if self.closed:
            raise ValueError("I/O operation on closed file.")

    def getvalue(self):
        self.check_open()
        return self.data

    def read(self, size: int | None = -1):
        self.check_open()
        end = len(self.data)
        if size is not None and size >= 0:
            end = min(end, self.place + size)
        piece = self.data[self.place:end]
        self.place = max(self.place, end)
        return piece

    def read1(self, size: int | None = -1):
        return self.read(size)

    def readline(self, size: int | None = -1):
        self.check_open()
        end = self.data.find(b"\n", self.place) + 1
        if end == 0:
            end = len(self.data)
        if size is not None and size >= 0:
            end = min(end, self.place + size)
        piece = self.data[self.place:end]
        self.place = max(self.place, end)
        return piece

    def readlines(self, hint: int | None = None):
        lines = []
        total = 0
        while hint is None or hint <= 0 or total < hint:
            line = self.readline()
            if not line:
                break
            lines.append(line)
            total += len(line)
        return lines

    def write(self, b: bytes):
        self.check_open()
        if b:
            if self.place > len(self.data):
                self.data = self.data + bytes(self.place - len(self.data))
            self.data = self.data[:self.place] + b + self.data[self.place + len(b):]
            self.place += len(b)
        return len(b)

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def seek(self, pos: int, whence: int = 0):
        self.check_open()
        if whence == 0:
            if pos < 0:
                raise ValueError(f"negative seek value {pos}")
            self.place = pos
        elif whence == 1:
            self.place = max(0, self.place + pos)
        elif whence == 2:
            self.place = max(0, len(self.data) + pos)
        else:
            raise ValueError(f"invalid whence ({whence}, should be 0, 1 or 2)")
        return self.place

    def tell(self):
        self.check_open()
        return self.place

    def truncate(self, size: int | None = None):
        self.check_open()
        length = self.place if size is None else size
        if length < 0:
            raise ValueError(f"negative size value {length}")
        self.data = self.data[:length]
        return length

    def readable(self):
        self.check_open()
        return True

    def writable(self):
        self.check_open()
        return True

    def seekable(self):
        self.check_open()
        return True

    def flush(self):
        self.check_open()

    def isatty(self):
        self.check_open()
        return False

    def close(self):
        self.closed = True

    def __enter__(self):
        self.check_open()
        return self

    def __exit__(self, kind, value, traceback):
        self.close()

    def __iter__(self):
        while True:
            line = self.readline()
            if not line:
                return
            yield line
