using Amazon.Runtime;
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
