export const metadata = {
  title: "Answers",
  icons: { icon: "data:," },
  other: { "workflowai-feedback": '{"apiUrl": "/feedback"}' },
};

export default function Layout({ children }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
