using System.Reflection;

namespace MultiEni.Manager.Tests;

/// <summary>
/// The cases of a closed type, so that a new one cannot be left out of the tests.
/// </summary>
internal static class Cases
{
    public static IReadOnlyList<Type> Of(Type closed) =>
        [.. closed.GetNestedTypes(BindingFlags.Public | BindingFlags.NonPublic).Where(type => type.IsSubclassOf(closed))];

    /// <summary>Fails unless each case of <typeparamref name="T"/> is among the samples.</summary>
    public static IReadOnlyList<T> Complete<T>(IReadOnlyList<T> samples)
        where T : class
    {
        Assert.Equal(
            Of(typeof(T)).Select(type => type.Name).Order(StringComparer.Ordinal),
            samples.Select(sample => sample.GetType().Name).Distinct().Order(StringComparer.Ordinal)
        );
        return samples;
    }
}
