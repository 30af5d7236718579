using Amazon.Runtime;
using MultiEni.Controller.Ec2.Failures;

namespace MultiEni.Controller.Ec2;

/// <summary>Turns what the SDK throws into a classified failure.</summary>
internal static class SdkFailures
{
    public static Ec2Failure Classify(string action, Exception exception) =>
        exception switch
        {
            AmazonServiceException { ErrorCode: { Length: > 0 } code } service => FailureTable.Classify(action, code, service.Message),
            AmazonServiceException service => FailureTable.ClassifyStatus(action, (int)service.StatusCode, service.Message),
            // Thrown before a request is sent: the chain found no credentials, or the token service refused the role.
            AmazonClientException { InnerException: null or AmazonServiceException } client => FailureTable.Classify(
                action,
                FailureTable.NoCredentials,
                client.Message
            ),
            _ => FailureTable.NoAnswer(action, exception),
        };
}
