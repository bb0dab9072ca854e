// Behind the kernel sources: makes them a library whose kernels run in memory of the caller's.

#include <utility>

typedef std::function<void(void**)> Launcher;

template <class... A, size_t... I>
static Launcher launcher(void (*kernel)(A...), std::index_sequence<I...>) {
    return [kernel](void** arguments) {
        std::function<void()> body = [=] { kernel(*(A*)arguments[I]...); };
        for (unsigned y = 0; y < gridDim.y; y++) {
            for (unsigned x = 0; x < gridDim.x; x++) {
                blockIdx = {x, y, 0};
                block.run(blockDim.x, true, body);
            }
        }
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

extern "C" int jft_launch(
        const char* name, unsigned x, unsigned y, unsigned threads, void** arguments) {
    static const std::vector<Named> all = kernels();
    for (const Named& kernel : all) {
        if (strcmp(kernel.name, name) == 0) {
            gridDim = {x, y, 1};
            blockDim = {threads, 1, 1};
            kernel.launcher(arguments);
            return 1;
        }
    }
    return 0;
}
