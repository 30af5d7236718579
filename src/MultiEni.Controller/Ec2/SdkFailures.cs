using Amazon.Runtime;
using Amazon.SecurityToken;
using MultiEni.Controller.Ec2.Failures;

namespace MultiEni.Controller.Ec2;

/// <summary>Turns what the SDK throws into a classified failure.</summary>
internal static class SdkFailures
{
    public static Ec2Failure Classify(string action, Exception exception) =>
        exception switch
        {
            // Thrown before a request is sent: no credentials could be had.
            CredentialsException none => FailureTable.Classify(action, FailureTable.NoCredentials, none.Message),
            AmazonServiceException { ErrorCode: { Length: > 0 } code } service => FailureTable.Classify(action, code, service.Message),
            AmazonServiceException service => FailureTable.ClassifyStatus(action, (int)service.StatusCode, service.Message),
            _ => FailureTable.NoAnswer(action, exception),
        };
}

/// <summary>
/// Says why a call failed before an answer was there. The SDK wraps what happened several times and
/// leaves the host and the words of whoever refused in the innermost exceptions.
/// </summary>
internal static class CauseInWords
{
    /// <summary>
    /// The outermost sentence and the innermost one that names a host or a service, in one line.
    /// </summary>
    public static string Of(Exception exception)
    {
        var all = Chain(exception).ToList();
        // A service's own words are in its exception and not in the one inside, and a socket's
        // words lack the host, which the exception around it has.
        var cause =
            all.FindLast(inner => inner is AmazonServiceException { ErrorCode.Length: > 0 })
            ?? all.FindLast(inner => inner is HttpRequestException)
            ?? all[^1];
        var words = new[] { all[0], cause }.Distinct().Select(Words).Distinct(StringComparer.Ordinal);
        return string.Join(": ", words);
    }

    private static IEnumerable<Exception> Chain(Exception exception)
    {
        for (Exception? next = exception; next is not null; next = next.InnerException)
        {
            yield return next;
        }
    }

    private static string Words(Exception exception)
    {
        var message = string.Join(' ', exception.Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).TrimEnd('.');
        return exception is AmazonServiceException { ErrorCode: { Length: > 0 } code }
            ? $"{ServiceOf(exception)} refused: {code}: {message}"
            : message;
    }

    private static string ServiceOf(Exception exception) => exception is AmazonSecurityTokenServiceException ? "the token service (STS)" : "AWS";
}
