namespace MultiEni.Controller.Planning;

/// <summary>Why a matching node gets no ENI, or fewer than asked for.</summary>
/// <param name="NodeName">The node.</param>
/// <param name="Reason">One of <see cref="Api.Reasons"/>.</param>
/// <param name="Message">What is the case and what to do.</param>
/// <param name="Temporary">Whether it should end by itself, so that it is progress and not a defect.</param>
internal sealed record NodeProblem(string NodeName, string Reason, string Message, bool Temporary);
