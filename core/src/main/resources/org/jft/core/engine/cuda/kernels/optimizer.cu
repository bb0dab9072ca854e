// Updates of the flat parameters as org.jft.train.optimizer has them, with the same roundings. A warp
// reads a whole line of each vector, so there is nothing to win from wider accesses.

#define DECAYED 0
#define TRAINABLE 1
#define RUNNING 2

#define LARGEST_LOSS_SCALE 16777216.0f  // 2^24

/** At most 4096 neighbours of one kind. */
struct Range {
    i64 from;
    int count;
    int kind;
};

/** Any range of the flat vectors, wherever it begins. */
KERNEL accumulate(float* sum, const float* gradients, i64 count) {
    i64 step = (i64)gridDim.x * BLOCK;
    for (i64 i = (i64)blockIdx.x * BLOCK + threadIdx.x; i < count; i += step) {
        sum[i] += gradients[i];
    }
}

/** Steps of running statistics count as 0, or as no number where one is not finite. */
KERNEL gradient_squares(double* partials, const float* gradients, const Range* ranges) {
    Range range = ranges[blockIdx.x];
    bool trainable = range.kind == DECAYED || range.kind == TRAINABLE;
    bool used = trainable || range.kind == RUNNING;
    double sum = 0;
    for (int i = threadIdx.x; used && i < range.count; i += BLOCK) {
        double g = gradients[range.from + i];
        sum += trainable ? g * g : g - g;
    }
    sum = sum_block(sum);
    if (threadIdx.x == 0) {
        partials[blockIdx.x] = sum;
    }
}

KERNEL gradient_norm(StepNumbers* numbers, const double* partials, int ranges) {
    double sum = 0;
    for (int i = threadIdx.x; i < ranges; i += BLOCK) {
        sum += partials[i];
    }
    sum = sum_block(sum);
    if (threadIdx.x == 0) {
        double norm = sqrt(sum) * numbers->gradientScale;
        double limit = numbers->largestNorm;
        numbers->norm = norm;
        numbers->clip = limit > 0 && norm > limit ? limit / norm : 1;
        numbers->finite = sum - sum == 0;  // a sum of squares of floats does not overflow
    }
}

INLINE bool is_finite(float x) {
    return x - x == 0;
}

/**
 * Calls train(i, gradient) for what is trained and moves running statistics. Finite gradients may
 * still write what is not: the square of a large one, the variance of a batch.
 *
 * @param train returns whether what it wrote is finite
 */
template <class Train>
INLINE void update(
        float* parameters, const float* gradients, const Range* ranges, StepNumbers* numbers,
        float weightDecay, Train train) {
    Range range = ranges[blockIdx.x];
    if (!numbers->finite) {
        return;
    }
    float scale = (float)numbers->gradientScale;
    float factor = (float)(numbers->gradientScale * numbers->clip);
    float decay = range.kind == DECAYED ? weightDecay : 0;
    bool finite = true;
    for (int j = threadIdx.x; j < range.count; j += BLOCK) {
        i64 i = range.from + j;
        if (range.kind == RUNNING) {
            float moved = parameters[i] - gradients[i] * scale;
            parameters[i] = moved;
            finite = finite && is_finite(moved);
        } else if (range.kind == DECAYED || range.kind == TRAINABLE) {
            finite = train(i, gradients[i] * factor + decay * parameters[i]) && finite;
        }
    }
    if (!finite) {
        numbers->broken = 1;  // whoever writes it writes the same
    }
}

KERNEL sgd_step(
        float* parameters, float* velocity, const float* gradients, const Range* ranges,
        StepNumbers* numbers, float momentum, float weightDecay) {
    float rate = (float)numbers->learningRate;
    update(parameters, gradients, ranges, numbers, weightDecay, [=](i64 i, float g) {
        float v = momentum * velocity[i] + g;
        float p = parameters[i] - rate * v;
        velocity[i] = v;
        parameters[i] = p;
        return is_finite(v) && is_finite(p);
    });
}

KERNEL rmsprop_step(
        float* parameters, float* meanSquare, float* velocity, const float* gradients,
        const Range* ranges, StepNumbers* numbers, float decay, float momentum, float epsilon,
        float weightDecay) {
    float rate = (float)numbers->learningRate;
    float rest = 1 - decay;
    update(parameters, gradients, ranges, numbers, weightDecay, [=](i64 i, float g) {
        float square = decay * meanSquare[i] + rest * g * g;
        float v = momentum * velocity[i] + rate * g / sqrtf(square + epsilon);
        meanSquare[i] = square;
        velocity[i] = v;
        float p = parameters[i] - v;
        parameters[i] = p;
        return is_finite(square) && is_finite(v) && is_finite(p);
    });
}

KERNEL average_step(
        float* average, const float* parameters, const StepNumbers* numbers, i64 count) {
    if (!numbers->finite) {
        return;
    }
    float rate = numbers->averageRate;
    for_each_unit(count, [=](i64 i) {
        Values<UNIT> a = load_unit(average, i, count);
        Values<UNIT> p = load_unit(parameters, i, count);
        UNROLL
        for (int j = 0; j < UNIT; j++) {
            a.at[j] += rate * (p.at[j] - a.at[j]);
        }
        store_unit(average, i, count, a);
    });
}

KERNEL update_loss_scale(StepNumbers* numbers, int growthInterval) {
    if (threadIdx.x != 0) {
        return;
    }
    float scale = numbers->lossScale;
    int steps = numbers->finite ? numbers->stepsAtScale + 1 : 0;
    if (!numbers->finite && scale <= 1) {
        numbers->broken = 1;  // it is not the scale that makes gradients overflow
    } else if (!numbers->finite) {
        scale /= 2;
    } else if (steps == growthInterval) {
        scale = scale < LARGEST_LOSS_SCALE ? scale * 2 : LARGEST_LOSS_SCALE;
        steps = 0;
    }
    numbers->lossScale = scale;
    numbers->unscale = 1 / scale;
    numbers->stepsAtScale = steps;
}
