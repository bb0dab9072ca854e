// Behind the kernel sources: makes them a library whose kernels run in memory of the caller's.

#include <utility>

template <class... A, size_t... I>
static void launch(void (*kernel)(A...), void** arguments, std::index_sequence<I...>) {
    std::function<void()> body = [=] { kernel(*(A*)arguments[I]...); };
    for (unsigned y = 0; y < gridDim.y; y++) {
        for (unsigned x = 0; x < gridDim.x; x++) {
            blockIdx = {x, y, 0};
            block.run(blockDim.x, true, body);
        }
    }
}

template <class... A>
static void launch(void (*kernel)(A...), void** arguments) {
    launch(kernel, arguments, std::index_sequence_for<A...>());
}

static bool launch(const char* name, void** arguments);  // generated

extern "C" int jft_launch(
        const char* name, unsigned x, unsigned y, unsigned threads, void** arguments) {
    gridDim = {x, y, 1};
    blockDim = {threads, 1, 1};
    return launch(name, arguments);
}
