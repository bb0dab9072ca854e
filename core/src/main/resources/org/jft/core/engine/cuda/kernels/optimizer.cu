// Updates of the flat parameters as org.jft.train.optimizer has them, with the same roundings. A warp
// reads a whole line of each vector, so there is nothing to win from wider accesses.

#define TRAINED 0
#define RUNNING 1

#define LARGEST_LOSS_SCALE 16777216.0f  // 2^24

/** At most 4096 neighbours of one slice. */
struct Range {
    i64 from;
    int count;
    int kind;
    float decay;
    int tensor;  // which of the tensors of weights, or -1
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
    bool trained = range.kind == TRAINED;
    bool used = trained || range.kind == RUNNING;
    double sum = 0;
    for (int i = threadIdx.x; used && i < range.count; i += BLOCK) {
        double g = gradients[range.from + i];
        sum += trained ? g * g : g - g;
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

INLINE float mean_factor(const StepNumbers* numbers) {
    return (float)(numbers->gradientScale * numbers->clip);
}

/**
 * Calls train(i, gradient) for what is trained and moves running statistics. Finite gradients may
 * still write what is not: the square of a large one, the variance of a batch.
 *
 * @param train returns whether what it wrote is finite
 */
template <class Train>
INLINE void update(
        float* parameters, const float* gradients, const Range& range, StepNumbers* numbers,
        Train train) {
    if (!numbers->finite) {
        return;
    }
    float scale = (float)numbers->gradientScale;
    float factor = mean_factor(numbers);
    bool finite = true;
    for (int j = threadIdx.x; j < range.count; j += BLOCK) {
        i64 i = range.from + j;
        if (range.kind == RUNNING) {
            float moved = parameters[i] - gradients[i] * scale;
            parameters[i] = moved;
            finite = finite && is_finite(moved);
        } else if (range.kind == TRAINED) {
            finite = train(i, gradients[i] * factor) && finite;
        }
    }
    if (!finite) {
        numbers->broken = 1;  // whoever writes it writes the same
    }
}

KERNEL sgd_step(
        float* parameters, float* velocity, const float* gradients, const Range* ranges,
        StepNumbers* numbers, float momentum) {
    Range range = ranges[blockIdx.x];
    float rate = (float)numbers->learningRate;
    update(parameters, gradients, range, numbers, [=](i64 i, float gradient) {
        float g = gradient + range.decay * parameters[i];
        float v = momentum * velocity[i] + g;
        float p = parameters[i] - rate * v;
        velocity[i] = v;
        parameters[i] = p;
        return is_finite(v) && is_finite(p);
    });
}

KERNEL rmsprop_step(
        float* parameters, float* meanSquare, float* velocity, const float* gradients,
        const Range* ranges, StepNumbers* numbers, float decay, float momentum, float epsilon) {
    Range range = ranges[blockIdx.x];
    float rate = (float)numbers->learningRate;
    float rest = 1 - decay;
    update(parameters, gradients, range, numbers, [=](i64 i, float gradient) {
        float g = gradient + range.decay * parameters[i];
        float square = decay * meanSquare[i] + rest * g * g;
        float v = momentum * velocity[i] + rate * g / sqrtf(square + epsilon);
        meanSquare[i] = square;
        velocity[i] = v;
        float p = parameters[i] - v;
        parameters[i] = p;
        return is_finite(square) && is_finite(v) && is_finite(p);
    });
}

// ---- rules that take norms of tensors

/**
 * Sums the squares of a range's weights and of what the rule measures; where it has none, zeros.
 *
 * @param partials [ranges, 2]
 */
template <class Measured>
INLINE void tensor_squares(
        double* partials, const float* parameters, const float* gradients, const Range& range,
        const StepNumbers* numbers, Measured measured) {
    float factor = mean_factor(numbers);
    double weights = 0;
    double others = 0;
    for (int j = threadIdx.x; range.tensor >= 0 && j < range.count; j += BLOCK) {
        i64 i = range.from + j;
        double w = parameters[i];
        double m = measured(i, gradients[i] * factor);
        weights += w * w;
        others += m * m;
    }
    weights = sum_block(weights);
    others = sum_block(others);
    if (threadIdx.x == 0) {
        partials[2 * blockIdx.x] = weights;
        partials[2 * blockIdx.x + 1] = others;
    }
}

/** Of the tensor of a block: trust |w| / (|measured| + share decay |w|), or 1 where a norm is 0. */
KERNEL trust_ratios(
        double* ratios, const double* partials, const Range* ranges, int count, double trust,
        double share) {
    __shared__ float decay;
    double squares = 0;
    double others = 0;
    for (int i = threadIdx.x; i < count; i += BLOCK) {
        if (ranges[i].tensor == (int)blockIdx.x) {
            squares += partials[2 * i];
            others += partials[2 * i + 1];
            decay = ranges[i].decay;  // the same of all
        }
    }
    double weights = sqrt(sum_block(squares));
    double measured = sqrt(sum_block(others));
    if (threadIdx.x == 0) {
        double below = measured + share * decay * weights;
        ratios[blockIdx.x] = weights == 0 || measured == 0 ? 1 : trust * weights / below;
    }
}

INLINE float layer_rate(
        const StepNumbers* numbers, const Range& range, const double* ratios, double unadapted) {
    double ratio = range.tensor < 0 ? unadapted : ratios[range.tensor];
    return (float)(numbers->learningRate * ratio);
}

KERNEL lars_squares(
        double* partials, const float* parameters, const float* gradients, const Range* ranges,
        const StepNumbers* numbers) {
    Range range = ranges[blockIdx.x];
    tensor_squares(partials, parameters, gradients, range, numbers, [](i64, float gradient) {
        return gradient;
    });
}

KERNEL lars_step(
        float* parameters, float* velocity, const float* gradients, const Range* ranges,
        const double* ratios, StepNumbers* numbers, float momentum, double trust) {
    Range range = ranges[blockIdx.x];
    float rate = layer_rate(numbers, range, ratios, trust);
    update(parameters, gradients, range, numbers, [=](i64 i, float gradient) {
        float g = gradient + range.decay * parameters[i];
        float v = momentum * velocity[i] + rate * g;
        float p = parameters[i] - v;
        velocity[i] = v;
        parameters[i] = p;
        return is_finite(v) && is_finite(p);
    });
}

struct Lamb {
    float beta1;
    float beta2;
    float epsilon;
    float meanCorrection;
    float squareCorrection;

    INLINE Lamb(float beta1, float beta2, float epsilon, const StepNumbers* numbers)
        : beta1(beta1), beta2(beta2), epsilon(epsilon), meanCorrection(numbers->meanCorrection),
          squareCorrection(numbers->squareCorrection) {}

    INLINE float mean(float before, float gradient) const {
        return beta1 * before + (1 - beta1) * gradient;
    }

    INLINE float square(float before, float gradient) const {
        return beta2 * before + (1 - beta2) * gradient * gradient;
    }

    /** What a step goes along. */
    INLINE float direction(float mean, float square, float decay, float weight) const {
        float root = sqrtf(square * squareCorrection);
        return mean * meanCorrection / (root + epsilon) + decay * weight;
    }
};

KERNEL lamb_squares(
        double* partials, const float* parameters, const float* mean, const float* meanSquare,
        const float* gradients, const Range* ranges, const StepNumbers* numbers, float beta1,
        float beta2, float epsilon) {
    Range range = ranges[blockIdx.x];
    Lamb lamb(beta1, beta2, epsilon, numbers);
    tensor_squares(partials, parameters, gradients, range, numbers, [=](i64 i, float gradient) {
        float m = lamb.mean(mean[i], gradient);
        float s = lamb.square(meanSquare[i], gradient);
        return lamb.direction(m, s, range.decay, parameters[i]);
    });
}

KERNEL lamb_step(
        float* parameters, float* mean, float* meanSquare, const float* gradients,
        const Range* ranges, const double* ratios, StepNumbers* numbers, float beta1, float beta2,
        float epsilon) {
    Range range = ranges[blockIdx.x];
    Lamb lamb(beta1, beta2, epsilon, numbers);
    float rate = layer_rate(numbers, range, ratios, 1);
    update(parameters, gradients, range, numbers, [=](i64 i, float gradient) {
        float m = lamb.mean(mean[i], gradient);
        float s = lamb.square(meanSquare[i], gradient);
        float p = parameters[i] - rate * lamb.direction(m, s, range.decay, parameters[i]);
        mean[i] = m;
        meanSquare[i] = s;
        parameters[i] = p;
        return is_finite(m) && is_finite(s) && is_finite(p);
    });
}

// ---- what goes with every rule

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
