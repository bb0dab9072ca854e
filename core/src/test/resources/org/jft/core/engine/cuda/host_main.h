// Behind the kernel sources: reads launches from standard input, answers on standard output, ends
// with the input. Little-endian, i32 unless said otherwise:
//   launch:   name length, name, grid x, grid y, threads, number of arguments, arguments
//   argument: kind (0 value, 1 memory, 2 the memory of an earlier argument), then
//             0: length, bytes    1: offset from a multiple of 16, length, bytes    2: its number
//   answer:   0, then for each memory its bytes
// Each launch runs twice, threads and blocks in opposite orders, and must give the same bits. Memory
// ends at an unreadable page, but for what alignment leaves; there lie bytes that must stay and that
// differ between the runs, so that neither reading nor writing them goes unseen.

#include <csignal>
#include <sys/mman.h>

static const size_t PAGE = 4096;

/** The memory of an argument: an unreadable page, whole pages that it ends, an unreadable page. */
struct Memory {
    char* pages;
    size_t size;
    char* at;
    std::vector<char> before;

    Memory(size_t offset, const std::vector<char>& bytes) : before(bytes) {
        size = (bytes.size() + 16 + PAGE - 1) / PAGE * PAGE;
        void* all = mmap(nullptr, size + 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        pages = (char*)all + PAGE;
        if (all == MAP_FAILED || mprotect(pages, size, PROT_READ | PROT_WRITE) != 0) {
            fail("no memory");
        }
        size_t from = size - bytes.size();
        at = pages + from - (from + 16 - offset % 16) % 16;
    }

    void reset(int canary) {
        memset(pages, canary, size);
        memcpy(at, before.data(), before.size());
    }

    void check(int canary) const {
        for (char* p = pages; p < pages + size; p++) {
            if ((p < at || p >= at + before.size()) && *p != (char)canary) {
                fail("a write outside the memory of an argument");
            }
        }
    }

    void release() {
        munmap(pages - PAGE, size + 2 * PAGE);
    }
};

struct Arguments {
    std::vector<std::vector<char>> values;  // a pointer's value is its address
    std::vector<Memory> memory;
};

static void read_bytes(void* to, size_t count) {
    if (count > 0 && fread(to, 1, count, stdin) != count) {
        _exit(0);
    }
}

static int read_int() {
    int x;
    read_bytes(&x, sizeof x);
    return x;
}

static std::vector<char> read_vector(size_t count) {
    std::vector<char> bytes(count);
    read_bytes(bytes.data(), count);
    return bytes;
}

static Arguments read_arguments() {
    Arguments arguments;
    int count = read_int();
    for (int i = 0; i < count; i++) {
        int kind = read_int();
        if (kind == 0) {
            arguments.values.push_back(read_vector(read_int()));
        } else if (kind == 1) {
            int offset = read_int();
            Memory memory(offset, read_vector(read_int()));
            const char* address = (const char*)&memory.at;
            arguments.values.emplace_back(address, address + sizeof memory.at);
            arguments.memory.push_back(memory);
        } else {
            arguments.values.push_back(arguments.values.at(read_int()));
        }
    }
    return arguments;
}

template <class A>
static A value_of(const std::vector<char>& bytes) {
    if (bytes.size() != sizeof(A)) {
        fail("an argument of " + std::to_string(bytes.size()) + " bytes, expected " +
             std::to_string(sizeof(A)));
    }
    A value;
    memcpy(&value, bytes.data(), sizeof value);
    return value;
}

typedef std::function<std::function<void()>(const Arguments&)> Launcher;

template <class... A, size_t... I>
static Launcher launcher(void (*kernel)(A...), std::index_sequence<I...>) {
    return [kernel](const Arguments& arguments) -> std::function<void()> {
        if (arguments.values.size() != sizeof...(A)) {
            fail("not " + std::to_string(sizeof...(A)) + " arguments");
        }
        std::tuple<A...> values(value_of<A>(arguments.values[I])...);
        return [kernel, values] { std::apply(kernel, values); };
    };
}

template <class... A>
static Launcher launcher(void (*kernel)(A...)) {
    return launcher(kernel, std::index_sequence_for<A...>());
}

struct Named {
    const char* name;
    Launcher launcher;
};

static std::vector<Named> kernels();  // generated

static void run(const std::function<void()>& kernel, bool ascending) {
    unsigned blocks = gridDim.x * gridDim.y;
    for (unsigned i = 0; i < blocks; i++) {
        unsigned at = ascending ? i : blocks - 1 - i;
        blockIdx = {at % gridDim.x, at / gridDim.x, 0};
        block.run(blockDim.x, ascending, kernel);
    }
}

static void launch(const std::function<void()>& kernel, Arguments& arguments) {
    std::vector<std::vector<char>> first;
    for (int canary : {0, -1}) {
        for (Memory& memory : arguments.memory) {
            memory.reset(canary);
        }
        run(kernel, canary == 0);
        for (size_t i = 0; i < arguments.memory.size(); i++) {
            const Memory& memory = arguments.memory[i];
            memory.check(canary);
            if (canary == 0) {
                first.emplace_back(memory.at, memory.at + memory.before.size());
            } else if (memcmp(first[i].data(), memory.at, first[i].size()) != 0) {
                fail("results depend on the order of threads or on memory outside");
            }
        }
    }
}

int main() {
    signal(SIGSEGV, [](int) { fail("an access outside the memory of an argument"); });
    std::vector<Named> all = kernels();
    for (;;) {
        std::vector<char> text = read_vector(read_int());
        std::string name(text.begin(), text.end());
        gridDim = {(unsigned)read_int(), (unsigned)read_int(), 1};
        blockDim = {(unsigned)read_int(), 1, 1};
        Arguments arguments = read_arguments();
        const Named* found = nullptr;
        for (const Named& kernel : all) {
            found = name == kernel.name ? &kernel : found;
        }
        if (found == nullptr) {
            fail("no kernel " + name);
        }
        launch(found->launcher(arguments), arguments);
        int done = 0;
        fwrite(&done, sizeof done, 1, stdout);
        for (Memory& memory : arguments.memory) {
            fwrite(memory.at, 1, memory.before.size(), stdout);
            memory.release();
        }
        fflush(stdout);
    }
}
