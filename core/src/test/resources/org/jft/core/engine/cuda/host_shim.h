// Stands in for a GPU: in front of common.cuh and the kernel sources it makes them C++ for g++, and
// host_main.h behind them runs their kernels on request. A thread is a turn on a fiber; blocks run
// one after the other.

#include <ucontext.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <tuple>
#include <vector>

#define __device__
#define __global__
#define __shared__ static
#define __launch_bounds__(...)

struct Index {
    unsigned x, y, z;
};

static Index threadIdx, blockIdx, blockDim, gridDim;

static inline float __uint_as_float(unsigned bits) {
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static inline unsigned __float_as_uint(float x) {
    unsigned bits;
    memcpy(&bits, &x, sizeof x);
    return bits;
}

[[noreturn]] static void fail(const std::string& why) {
    fprintf(stderr, "%s\n", why.c_str());
    fflush(stderr);
    _exit(3);
}

/**
 * Runs the threads of a block, in ascending or descending order: a kernel that lacks a barrier gives
 * different results. A fiber runs one thread after the other until one waits at a barrier; then the
 * next fiber goes on with the threads that have not begun.
 */
class Block {
   public:
    void run(unsigned threads, bool ascending, const std::function<void()>& kernel) {
        body = &kernel;
        count = threads;
        forward = ascending;
        begun = 0;
        waiting.clear();
        size_t fibers = 0;
        while (begun < count) {
            resume(fibers++, true);
        }
        while (!waiting.empty()) {
            if (waiting.size() != count) {
                fail("a barrier that only " + std::to_string(waiting.size()) + " threads reach");
            }
            std::vector<size_t> released;
            released.swap(waiting);
            for (size_t fiber : released) {
                resume(fiber, false);
            }
        }
    }

    void barrier() {
        size_t me = current;
        unsigned thread = threadIdx.x;
        waiting.push_back(me);
        swapcontext(&contexts[me]->context, &scheduler);
        threadIdx.x = thread;
    }

   private:
    static const size_t STACK = 64 << 10;

    struct Fiber {
        ucontext_t context;
        char* stack = (char*)malloc(STACK);
    };

    ucontext_t scheduler;
    std::vector<Fiber*> contexts;
    std::vector<size_t> waiting;
    const std::function<void()>* body;
    size_t current;
    unsigned count;
    unsigned begun;
    bool forward;

    static Block* running;

    static void work() {
        while (running->begun < running->count) {
            unsigned turn = running->begun++;
            threadIdx.x = running->forward ? turn : running->count - 1 - turn;
            (*running->body)();
        }
    }

    void resume(size_t fiber, bool fresh) {
        if (fiber == contexts.size()) {
            contexts.push_back(new Fiber());
        }
        if (fresh) {
            getcontext(&contexts[fiber]->context);
            contexts[fiber]->context.uc_stack.ss_sp = contexts[fiber]->stack;
            contexts[fiber]->context.uc_stack.ss_size = STACK;
            contexts[fiber]->context.uc_link = &scheduler;
            makecontext(&contexts[fiber]->context, work, 0);
        }
        running = this;
        current = fiber;
        swapcontext(&scheduler, &contexts[fiber]->context);
    }
};

Block* Block::running;
static Block block;

static inline void __syncthreads() {
    block.barrier();
}
