"""What a wrong answer shows: the sentence for each known mistake, by its key."""

SLIPS = {
    "sign": "That is the value with the opposite sign.",
    "double": "That is twice the value: look for a factor 2.",
    "half": "That is half the value: look for a factor ½.",
    "sum": "That is the sum over the samples. The loss is their mean, so divide by n.",
    "penalty": "That is the gradient of the data loss alone; add the gradient of the penalty.",
    "slope": "That is the value without g′. Multiply by the slope of the unit's activation.",
    "old": "That is the old weight; you still have to take the step.",
    "added": "That is a step in the wrong direction. Subtract it, because downhill is against the gradient.",
    "rate": "You left out the learning rate: the step is η times that.",
    "extra_slope": "You multiplied by g′, but for this pair of loss and output it has already cancelled.",
    # of lessons
    "no_bias": "That is the sum without the bias. Add it.",
    "minus_bias": "You subtracted the bias. It is added.",
    "unweighted": "You added the inputs themselves. Multiply each by its weight first.",
    "activated": "That is the activation a. The question is about z, before the activation.",
    "not_activated": "That is z. Apply the activation to it.",
    "minus_z": "That is only the power of e. Add 1 to it, and take the reciprocal.",
    "rest": "That is 1 minus the value: look at the sign in the exponent.",
    "log10": "You took the logarithm to base 10. The loss uses the natural logarithm, ln.",
    "other_class": "That is the loss if the sample belonged to the other class.",
    "squared": "That is the squared error. The loss here is the cross-entropy.",
    "no_target": "That is the output itself. Subtract the target.",
    "no_input": "That is delta. Multiply it by the value that comes in over this weight.",
    "step_only": "That is the change of the weight. Add it to the old weight.",
    "share": "That is a share of 1. The answer is in percent.",
}
